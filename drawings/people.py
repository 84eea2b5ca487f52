"""The people of the booklet: the same faces come back from page to page."""

from __future__ import annotations

from drawings.kit import CREAM, MID, PAPER, SOFT, TINT, WARM, Person

GREY = "#d9d9d9"

MARLA = Person("button-shirt", "medium3", "calm", "fair", cloth=WARM)
ROSE = Person("shirt-coat", "gray-bun", "old", "pale", cloth=MID, hair=PAPER, glasses="glasses3")
AMINA = Person("sweater", "hijab", "smile", "tan", cloth=TINT, scarf=WARM)
DAWN = Person("striped-shirt", "long-curly", "smile", "dark", cloth=WARM)
GRACE = Person("wheel-chair", "bun2", "smile", "brown", cloth=WARM, second=TINT, scarf=WARM)
LIN = Person("coffee", "long-bangs", "calm", "pale", cloth=SOFT, second=WARM)
TESS = Person("explaining", "turban", "smile", "fair", cloth=TINT, scarf=WARM)
JOY = Person("paper", "no-hair1", "contempt", "brown", cloth=WARM)
SAM = Person("polo-sweater", "short4", "smile", "fair", cloth=SOFT, hair=GREY, beard="full4")
PETER = Person("pocket-shirt", "no-hair3", "old", "pale", cloth=TINT, hair=PAPER)
RAVI = Person("device", "short1", "smile", "brown", cloth=SOFT, beard="full")
ALEX = Person("blazer-black-tee", "shaved2", "calm", "tan", cloth=MID, glasses="glasses2")
DOCTOR = Person("doc", "medium1", "explaining", "tan", cloth=SOFT, second=MID)
NURSE = Person("doc-stethoscope", "bun", "smile", "dark", cloth=PAPER, second=MID, scarf=WARM)
CHILD = Person("walking-wb", "bangs", "cute", "fair", cloth=WARM, hair="#c98b4a")
BOY = Person("walking-wb", "short3", "smile", "brown", cloth=CREAM)
TEEN = Person("crossed-arms-bw", "dreads2", "calm", "dark", cloth=SOFT, second=MID)
