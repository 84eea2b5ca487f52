"""The editor's room: a local page that shows the real pages while somebody writes, and three forms for people who never
open a terminal.

It works with the booklet's own walk and looks at the very files that this makes; the booklet does not know it. Needs
the extra `booklet[editor]`. docs/editing.md is for the editor.
"""
