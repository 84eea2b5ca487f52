"""The figures that teach with people: who is there, what to say, what to do."""

from __future__ import annotations

from drawings import people as cast
from drawings.kit import (
    CREAM,
    DEEP,
    FIGURES_FACE,
    INK,
    MID,
    PAPER,
    SOFT,
    TINT,
    WARM,
    Person,
    arrow,
    badge,
    car,
    circle,
    drawing,
    in_round,
    line,
    path,
    rect,
    sign,
    words,
)


def portrait(person: Person, x: float, y: float, radius: float, ground: str = TINT, flip: bool = False) -> str:
    """Somebody from the shoulders up, in a round."""
    return in_round(person.drawn((x, y + radius * 0.42), radius * 0.0026, flip), x, y, radius, ground)


def bubble(x: float, y: float, width: float, *rows: str, tail: float = 0.3, fill: str = PAPER) -> str:
    """A speech bubble with its top left corner at a place; `tail` is where it points down, from 0 to 1."""
    height, at = 10 + 14.4 * len(rows), x + width * tail
    shape = (
        f"M{x + 6:g} {y:g}H{x + width - 6:g}Q{x + width:g} {y:g} {x + width:g} {y + 6:g}V{y + height - 6:g}"
        f"Q{x + width:g} {y + height:g} {x + width - 6:g} {y + height:g}H{at + 6:g}L{at:g} {y + height + 8:g}"
        f"L{at - 5:g} {y + height:g}H{x + 6:g}Q{x:g} {y + height:g} {x:g} {y + height - 6:g}V{y + 6:g}Q{x:g} {y:g} {x + 6:g} {y:g}Z"
    )
    return path(shape, fill, DEEP) + words(x + width / 2, y + 16, *rows, anchor="middle", leading=14.4)


def treatment_team() -> str:
    """You in the middle, and six people of a team around you."""
    rows = (
        (42, 27, cast.DOCTOR.but(body="shirt-coat", face="smile"), ("Oncologist",)),
        (42, 116, cast.NURSE, ("Breast care", "nurse")),
        (42, 205, cast.SAM.but(body="button-shirt"), ("GP",)),
        (278, 27, cast.ALEX, ("Psycho-", "oncologist")),
        (278, 116, cast.RAVI.but(body="sporty-shirt", cloth=WARM), ("Exercise", "physiologist")),
        (278, 205, cast.AMINA, ("Palliative", "care team")),
    )
    joined = "".join(line((160, 116), (x, y)) for x, y, _, _ in rows)
    faces = "".join(
        portrait(who, x, y, 25, flip=x > 160) + words(x, y + 38, *names, anchor="middle") for x, y, who, names in rows
    )
    couple = cast.PETER.but(body="pocket-shirt", head="short5", face="smile", cloth=TINT).drawn(
        (189, 126), 0.118, flip=True
    )
    couple += cast.MARLA.drawn((140, 136), 0.132)
    centre = in_round(couple, 160, 116, 56, CREAM) + rect(136, 162, 48, 20, WARM, round=10)
    phone = "".join(
        circle(x, y, 9, PAPER, DEEP) + sign("phone", x - 6.5, y - 6.5, 13) for x, y in ((64, 99), (64, 188), (112, 225))
    )
    key = words(126, 222, "May be your", "contact person", leading=13.4)
    title = "A treatment team: you in the middle, and six people with their faces around you"
    return drawing(
        320, 261, title, joined, faces, centre, words(160, 176.5, "You", bold=True, anchor="middle"), phone, key
    )


def finding_your_support() -> str:
    """Three ways to be with others, and where in the directory each is found."""
    ways = (
        (0, TINT, "In person", ("Support", "groups")),
        (110, CREAM, "By phone", ("Phone", "lines")),
        (220, TINT, "Online", ("Online", "")),
    )
    cards = "".join(rect(x, 0, 100, 198, ground, round=8) for x, ground, _, _ in ways)
    names = "".join(words(x + 50, 20, name, bold=True, size=13, anchor="middle") for x, _, name, _ in ways)
    clip = "".join(
        f'<clipPath id="{name}"><rect x="{x}" y="{y}" width="{width}" height="{height}"/></clipPath>'
        for name, x, y, width, height in (
            ("in-person", 0, 24, 100, 120),
            ("by-phone", 110, 24, 100, 120),
            ("left-call", 231, 59, 38, 56),
            ("right-call", 271, 59, 38, 56),
        )
    )
    table = path("M10 136C10 126 90 126 90 136C90 142 88 146 80 148H20C12 146 10 142 10 136Z", PAPER, INK)
    cups = "".join(path(f"M{x} 129h7v5q-3.5 3-7 0Z", WARM, INK, 1) for x in (28, 46, 64))
    three = cast.DAWN.drawn((51, 70), 0.07) + cast.ROSE.drawn((24, 86), 0.072)
    three += cast.TESS.drawn((74, 88), 0.066, flip=True)
    caller = cast.JOY.but(body="device", face="smile").drawn((162, 84), 0.1)
    screen = rect(228, 56, 84, 62, PAPER, INK, 4) + path("M222 124H318L312 132H228Z", SOFT, INK)
    faces = (
        f'<g clip-path="url(#left-call)">{rect(231, 59, 38, 56, SOFT, round=0)}{cast.AMINA.drawn((250, 98), 0.075)}</g>'
    )
    faces += f'<g clip-path="url(#right-call)">{rect(271, 59, 38, 56, WARM, round=0)}{cast.SAM.drawn((291, 98), 0.075, flip=True)}</g>'
    scenes = f'<g clip-path="url(#in-person)">{three}{table}{cups}</g><g clip-path="url(#by-phone)">{caller}</g>'
    strip = rect(0, 144, 320, 54, DEEP, round=8)
    under = "".join(
        words(
            x + 50, 166 if two else 174, *filter(None, (one, two)), bold=True, fill=PAPER, anchor="middle", leading=16
        )
        for x, _, _, (one, two) in ways
    )
    title = "Three ways to find support, each with its heading in the directory"
    return drawing(320, 198, title, clip, cards, names, scenes, screen, faces, strip, under)


def talking_by_age() -> str:
    """A parent and three children of different ages who ask."""
    box = rect(0, 0, 320, 56, CREAM, round=8)
    says = words(14, 18, "At any age", bold=True, size=13) + words(
        14, 34, "• Short, true words", "• It is not their fault", leading=15
    )
    says += words(168, 34, "• What stays the same", "• Let them ask", leading=15)
    ground = path("M0 204C60 196 250 196 320 204V218H0Z", TINT)
    people = cast.MARLA.but(body="robo-dance-outline", second=SOFT).standing(54, 212, 124)
    people += cast.CHILD.standing(138, 213, 66, True, 1.6)
    people += cast.BOY.standing(208, 213, 88, True, 1.4)
    people += cast.TEEN.standing(286, 213, 104, True, 1.1)
    asks = bubble(100, 104, 76, "Did I do it?", tail=0.5) + bubble(178, 66, 64, "Who will", "fetch me?", tail=0.5)
    asks += bubble(249, 72, 70, "What now?", tail=0.6)
    names = ((54, "You"), (138, "Young child"), (210, "School child"), (286, "Teenager"))
    below = "".join(words(x, 232, name, anchor="middle") for x, name in names)
    title = "A parent and three children: a young child, a school child and a teenager, who ask"
    return drawing(320, 243, title, box, says, ground, people, asks, below)


def at_the_visit() -> str:
    """Before, during and after a visit."""
    columns = (
        (
            0,
            TINT,
            "Before",
            cast.LIN.but(body="paper", cloth=WARM),
            ("Write down", "the 2 or 3", "questions that", "matter most"),
        ),
        (
            110,
            CREAM,
            "At the visit",
            cast.DAWN,
            ("Bring somebody.", "Ask to record", "it, or to have", "it written down"),
        ),
        (220, TINT, "After", cast.RAVI, ("Know the next", "step, and whom", "to ring with", "a question")),
    )
    out = []
    for x, ground, head, who, rows in columns:
        out += [rect(x, 0, 100, 198, ground, round=8), words(x + 50, 20, head, bold=True, size=13, anchor="middle")]
        out.append(portrait(who, x + 50, 76, 42, PAPER))
        out.append(words(x + 50, 138, *rows, anchor="middle", leading=15))
    pair = in_round(
        cast.ROSE.drawn((142, 94), 0.082) + cast.DAWN.drawn((176, 98), 0.082, flip=True), 160, 76, 42, PAPER, "pair"
    )
    arrows = arrow((98, 10), (112, 10)) + arrow((208, 10), (222, 10))
    return drawing(320, 198, "Three steps: before, at, and after a visit", *out, pair, arrows)


def circle_of_help() -> str:
    """What others can do, around you."""
    tasks = (
        (160, 30, "hot-meal", "Cook a meal", cast.PETER),
        (276, 74, "car", "Drive you", cast.RAVI),
        (270, 182, "calendar", "Keep the diary", cast.ALEX),
        (52, 182, "home", "Do the washing", cast.DAWN),
        (46, 74, "walking", "Walk with you", cast.LIN),
    )
    out = [line((160, 140), (x, y), dash="1 5", width=2) for x, y, *_ in tasks]
    out.append(in_round(cast.TESS.drawn((160, 158), 0.13), 160, 140, 50, CREAM, "middle"))
    for x, y, icon, task, who in tasks:
        side = -1 if x < 160 else 1
        out += [portrait(who, x, y, 28, TINT, flip=x > 160), circle(x + 23 * side, y - 19, 13, PAPER, DEEP)]
        here = x + 23 * side - 9
        out.append(car(here, y - 23, 18) if icon == "car" else sign(icon, here, y - 28, 18))
        out.append(
            words(200, y + 4, task, bold=True) if x == 160 else words(x, y + 43, task, bold=True, anchor="middle")
        )
    out += [rect(136, 180, 48, 20, WARM, round=10), words(160, 194.5, "You", bold=True, anchor="middle")]
    return drawing(320, 234, "You in the middle, and five people who each do one thing", *out)


def pain_scale() -> str:
    """Five faces of one woman and a line from 0 to 10."""
    faces = (
        ("calm", "No pain"),
        ("smile", "Mild"),
        ("tired", "Moderate"),
        ("solemn", "Severe"),
        ("concerned", "Worst"),
    )
    out = [rect(0, 0, 320, 189, TINT, round=8)]
    for number, (face, name) in enumerate(faces):
        x = 34 + number * 63
        out.append(in_round(cast.MARLA.but(face=face, body="button-shirt").drawn((x - 2, 52), 0.094), x, 40, 29, CREAM))
        out.append(words(x, 88, name, anchor="middle"))
    out.append(path("M34 122L286 104V122Z", WARM, DEEP))
    for number in range(11):
        mark = 34 + number * 25.2
        out.append(
            line((mark, 122), (mark, 128))
            + words(mark, 144, str(number), bold=True, anchor="middle", face=FIGURES_FACE)
        )
    out.append(words(160, 172, "Say the number, and what it stops you doing.", anchor="middle"))
    return drawing(320, 189, "Faces from no pain to the worst, over a line from 0 to 10", *out)


def path_of_care() -> str:
    """Treatment and palliative care go side by side."""
    top = path("M30 14H290L318 36L290 58H30Z", DEEP) + words(
        178, 41, "Treatment for the cancer", bold=True, size=13, fill=PAPER, anchor="middle"
    )
    low = path("M34 40C74 44 66 78 104 78H290L318 100L290 122H104C64 122 58 70 34 66Z", WARM, DEEP)
    low += words(196, 105, "Palliative care", bold=True, size=13, anchor="middle")
    face = portrait(cast.ROSE, 36, 38, 35, CREAM)
    signs = (
        ("walking", "Body", 120),
        ("communication", "Feelings", 176),
        ("heart", "Spirit", 232),
        ("group-discussion-meeting", "Family", 290),
    )
    out = [
        line((x, 122), (x, 134))
        + circle(x, 152, 19, TINT, DEEP)
        + sign(icon, x - 12, 140, 24)
        + words(x, 186, name, anchor="middle")
        for icon, name, x in signs
    ]
    early = words(36, 96, "It can", "start early", bold=True, anchor="middle")
    return drawing(
        320, 198, "Two paths side by side from one woman: treatment, and palliative care", top, low, face, *out, early
    )


def planning_steps() -> str:
    """Five steps of planning ahead."""
    rows = (
        (cast.ROSE.but(face="calm"), "Think", "What care would you want, or not want?"),
        (cast.LIN, "Talk", "With people close to you, and your team"),
        (cast.ALEX, "Choose", "Who can decide if you cannot?"),
        (cast.SAM, "Write", "On the form of your state or territory"),
        (cast.NURSE, "Share", "Ask for it to go on your health record"),
    )
    out = [line((20, 20), (20, 210))]
    for number, (who, head, text) in enumerate(rows):
        y = 22 + number * 45
        out += [portrait(who, 20, y, 19, CREAM if number % 2 else TINT), badge(53, y, str(number + 1), 11)]
        out += [words(76, y - 3, head, bold=True, size=13), words(76, y + 13, text)]
    out += [
        rect(0, 228, 320, 24, WARM, round=8),
        words(160, 244.5, "Change it whenever your needs change.", bold=True, anchor="middle"),
    ]
    return drawing(320, 252, "Five steps of planning ahead, with a person for each", *out)


def easier_breath() -> str:
    """Three things that make breathing easier."""
    columns = (
        (0, TINT, "Pacing", cast.PETER.but(face="smile"), ("Do a little,", "then rest, and", "do some more")),
        (
            110,
            CREAM,
            "Breathing",
            cast.DAWN.but(face="contempt"),
            ("Ways to breathe", "that a physio or", "nurse can show"),
        ),
        (220, TINT, "Training", cast.LIN.but(face="smile"), ("Exercise that is", "planned for you", "and your breath")),
    )
    out = []
    for x, ground, head, who, rows in columns:
        out += [rect(x, 0, 100, 180, ground, round=8), words(x + 50, 20, head, bold=True, size=13, anchor="middle")]
        out += [portrait(who, x + 50, 76, 42, PAPER), words(x + 50, 138, *rows, anchor="middle", leading=15)]
    call = rect(0, 188, 320, 28, DEEP, round=8) + words(
        160, 206, "New shortness of breath: ring triple zero first.", bold=True, fill=PAPER, anchor="middle"
    )
    return drawing(320, 216, "Three things that can make breathing easier", *out, call)


def money_map() -> str:
    """Where money and help may come from."""
    rows = (
        ("health-worker-form", "From your job", "sick leave, other hours, other tasks"),
        ("umbrella", "From super and insurance", "cover you may have without knowing"),
        ("coins", "From Centrelink", "payments for you, and for a carer"),
        ("prescription-document", "Lower prices", "a concession card, and the PBS"),
        ("car", "Travel and a place to stay", "your state or territory pays a part"),
    )
    out = [line((40, 74), (40, 246)), portrait(cast.ALEX.but(face="calm"), 40, 40, 38, CREAM)]
    out.append(words(92, 30, "Where money and", "help may come from", bold=True, size=15, leading=19))
    for number, (icon, head, text) in enumerate(rows):
        y = 88 + number * 37
        out += [line((40, y + 15), (62, y + 15)), rect(58, y, 262, 31, TINT if number % 2 else CREAM, round=7)]
        out += [circle(40, y + 15, 4, DEEP), car(63, y + 6, 23) if icon == "car" else sign(icon, 63, y + 4, 23)]
        out += [words(92, y + 13, head, bold=True), words(92, y + 26.5, text)]
    return drawing(320, 270, "Five places that money and help may come from", *out)


def energy_jar() -> str:
    """A jar of coins that stand for the day's energy, and three ways to spend them."""
    glass = path("M22 42Q12 52 12 66V172Q12 186 26 186H84Q98 186 98 172V66Q98 52 88 42Z", PAPER, INK) + rect(
        18, 26, 74, 16, MID, INK, 4
    )
    places = ((34, 172), (56, 174), (78, 171), (44, 158), (68, 157), (30, 150), (84, 148), (55, 143))
    coins = "".join(
        f'<ellipse cx="{x}" cy="{y}" rx="13" ry="8" fill="{WARM}" stroke="{INK}" stroke-width="1.2"/>'
        for x, y in places
    )
    rows = (
        ("heart", "Spend first", "on what you love"),
        ("group-discussion-meeting", "Hand over", "what others can do for you"),
        ("home", "Leave", "what can wait, or be left"),
    )
    out = [words(55, 16, "Today’s energy", bold=True, anchor="middle"), glass, coins]
    for number, (icon, head, text) in enumerate(rows):
        y = 26 + number * 56
        out += [rect(118, y, 202, 48, CREAM if number == 0 else TINT, round=8), sign(icon, 126, y + 9, 30)]
        out += [words(164, y + 21, head, bold=True, size=13), words(164, y + 37, text)]
        out.append(arrow((98, 110), (116, y + 24)))
    return drawing(320, 198, "A jar with a few coins, and three ways to spend them", *out)


def swollen_arm() -> str:
    """What lymphoedema feels like at first, and when not to wait."""
    clip = '<clipPath id="upper"><rect x="0" y="0" width="150" height="176" rx="8"/></clipPath>'
    who = cast.TESS.but(cloth=PAPER).drawn((82, 82), 0.17)
    out = [clip, rect(0, 0, 150, 176, TINT, round=8), f'<g clip-path="url(#upper)">{who}</g>']
    signs = (
        ((110, 131), 34, ("A ring feels", "tight")),
        ((42, 152), 84, ("A sleeve leaves", "a mark")),
        ((30, 110), 134, ("The arm is heavy,", "or aches")),
    )
    for number, ((x, y), row, text) in enumerate(signs, 1):
        out += [
            badge(x, y, str(number), 9),
            badge(172, row - 4, str(number), 9),
            words(188, row - 6, *text, bold=True, leading=15),
        ]
    out += [rect(0, 184, 320, 50, WARM, round=8)]
    out.append(
        words(
            160,
            204,
            "Red, hot or sore, or swollen all at once:",
            "ring your team now.",
            bold=True,
            anchor="middle",
            leading=17,
        )
    )
    return drawing(320, 234, "A woman with numbers on her arm: three early signs of lymphoedema", *out)


FIGURES = {
    "treatment-team": treatment_team,
    "finding-your-support": finding_your_support,
    "talking-by-age": talking_by_age,
    "at-the-visit": at_the_visit,
    "circle-of-help": circle_of_help,
    "pain-scale": pain_scale,
    "path-of-care": path_of_care,
    "planning-steps": planning_steps,
    "easier-breath": easier_breath,
    "money-map": money_map,
    "energy-jar": energy_jar,
    "swollen-arm": swollen_arm,
}
