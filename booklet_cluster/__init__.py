"""A cluster: the steps of the walk done by workers of Dask.distributed, which share no disk with the one who builds.

It is a pool like the one of `booklet.processes`; the booklet does not know it. Needs the extra `booklet[cluster]`.
docs/scale.md is for who runs it.
"""
