"""Which English sentences are in the passive voice: a form of `to be` and a past participle.

So the plain language guide of digital.gov tells it ("Identifying passive sentences"). What reads the same and says how
somebody is (tired, frightened, used to something) is none.
"""

from __future__ import annotations

import re

_TO_BE = r"(?:am|is|are|was|were|be|been|being|(?:it|that|what)['\u2019]s|\w+['\u2019](?:re|m))"
"""Of 's only what is hardly ever "has", or of somebody."""
_BETWEEN = (
    "not|never|always|often|also|only|still|now|then|already|just|ever|usually|sometimes|mostly|being|been|all|both|soon|"
    r"first|even|\w+ly"
)
_IRREGULAR = (
    "beaten|begun|bent|bitten|blown|bought|bound|broken|brought|built|burnt|caught|chosen|cut|dealt|done|drawn|driven|"
    "eaten|fed|felt|found|forbidden|forgotten|forgiven|frozen|given|grown|heard|held|hidden|hit|hurt|kept|known|laid|led|"
    "left|lent|let|lost|made|meant|met|overcome|paid|proven|put|read|run|said|seen|sent|set|sewn|shaken|shed|shown|shut|"
    "sold|sought|spent|spread|spoken|stolen|struck|swept|taken|taught|thought|thrown|told|torn|understood|undone|won|worn|"
    "withdrawn|written"
)
_STATES = (
    "red|bed|indeed|naked|tired|frightened|scared|worried|excited|interested|pleased|surprised|ashamed|annoyed|bored|"
    r"confused|exhausted|relaxed|married|advanced|used\s+to"
)
"""What may follow `to be` and says how somebody is."""
_PASSIVE = re.compile(
    rf"\b{_TO_BE}\s+(?:(?:{_BETWEEN})\s+){{0,3}}(?!(?:{_STATES})\b)(?:\w+ed|{_IRREGULAR})\b", re.IGNORECASE
)


def is_passive(sentence: str) -> bool:
    """True where something is done to the subject of a sentence, or of a part of it."""
    return bool(_PASSIVE.search(sentence))
