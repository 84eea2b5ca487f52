"""What may be handed out: the jobs that a format refuses to make, because nobody has confirmed in time what they print
(`[checks]` of booklet.toml), or because chapters of them wait for a signature. Of a sample all are made.
"""

from __future__ import annotations

from collections.abc import Iterable

from booklet.composing import entries_in, publication, services_of
from booklet.due import stale_faults
from booklet.findings import Finding, error, has_errors
from booklet.jobs import Compositions, Job, composed_for
from booklet.manuscript import Chapter, Manuscript, Service
from booklet.today import Today


def refused_jobs(
    manuscript: Manuscript, jobs: Iterable[Job], compositions: Compositions, today: Today
) -> tuple[tuple[Job, ...], list[Finding]]:
    """The jobs that are not made, and what is to be said of what is out of date, or signed off by nobody."""
    jobs = tuple(jobs)
    old, told = _out_of_date(manuscript, jobs, compositions, today)
    unsigned, more = _unsigned(manuscript, jobs, compositions)
    return tuple(dict.fromkeys((*old, *unsigned))), [*told, *more]


def _out_of_date(
    manuscript: Manuscript, jobs: Iterable[Job], compositions: Compositions, today: Today
) -> tuple[tuple[Job, ...], list[Finding]]:
    """The jobs that their format refuses to make, because nobody has confirmed in time what they print; and what is to
    be said of that, once for all jobs of a format.
    """
    editions = {edition.code: edition for edition in manuscript.editions}
    stale: dict[str, list[Job]] = {}
    entries: dict[str, dict[str, Service]] = {}
    chapters: dict[str, dict[str, Chapter]] = {}
    for job in jobs:
        form = job.form.profile
        policy = manuscript.book.checks.policy(form)
        if policy == "say":
            continue
        standard, large = composed_for(job, manuscript, compositions)
        if not standard:
            continue
        known = services_of(manuscript, editions[job.edition])
        parts = [part for composition in large or standard for part in composition.parts]
        own = {entry.id: entry for part in parts for entry in entries_in(part, known)}
        if policy == "leave-out" and standard[0].publication.is_main:
            own |= {entry.id: entry for entry in known}
        own_title = publication(manuscript, editions[job.edition], job.title)
        texts = {chapter.head.id: chapter for chapter in own_title.chapters}
        if any(stale_faults(manuscript, form, own.values(), texts.values(), today)):
            stale.setdefault(form, []).append(job)
            entries.setdefault(form, {}).update(own)
            chapters.setdefault(form, {}).update(texts)
    told = {
        form: list(stale_faults(manuscript, form, entries[form].values(), chapters[form].values(), today))
        for form in stale
    }
    refused = tuple(job for form, rows in stale.items() if has_errors(told[form]) for job in rows)
    return refused, [finding for faults in told.values() for finding in faults]


def _unsigned(
    manuscript: Manuscript, jobs: Iterable[Job], compositions: Compositions
) -> tuple[tuple[Job, ...], list[Finding]]:
    """The press jobs that are not made, because somebody has still to sign chapters of them off; and which these are.
    A sample is made all the same.
    """
    if manuscript.book.sample:
        return (), []
    chapters = {chapter.head.id: chapter for chapter in manuscript.every_chapter}
    refused: list[Job] = []
    missing: dict[str, None] = {}
    for job in jobs:
        standard, _ = composed_for(job, manuscript, compositions)
        if job.form.finish == "press" and standard and standard[0].unsigned:
            refused.append(job)
            missing |= dict.fromkeys(standard[0].unsigned)
    expected = "booklet signoff {id}. Or, for a job that nobody hands out: sample = true in booklet.toml."
    return tuple(refused), [
        error(
            "SRC-071",
            chapters[id].origin,
            f"Format press: nobody has signed off '{chapters[id].head.title}' as it is now.",
            expected.format(id=id),
        )
        for id in missing
    ]
