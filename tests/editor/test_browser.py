"""A preview as an editor and a volunteer meet it, in a browser: by mouse where a mouse points, else by keyboard."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from booklet.calls import call_list
from booklet.manuscript import SIGNATURES, WAIVERS
from tests import tiny
from tests.conftest import HANG_SECONDS, TODAY
from tests.editor.conftest import AT_REST, Preview, opened, stop, write
from tests.tiny import LAST, STATES, TWO

pytestmark = pytest.mark.slow

Previewing = Callable[..., Preview]


def version(page: Page) -> int:
    return int(page.evaluate("document.body.dataset.painted"))


def wait_for_version(page: Page, after: int) -> None:
    page.wait_for_selector(f"body:not([data-painted='{after}'])")


def at_rest(page: Page) -> None:
    expect(page.locator("#doing")).to_contain_text(AT_REST)


def pictures(page: Page) -> dict[str, str]:
    """The picture of each page that has one, by its caption."""
    rows = page.evaluate(
        "[...document.querySelectorAll('figure')].map(f => [f.innerText.trim(), f.querySelector('img').src])"
    )
    return dict(rows)


def faults(page: Page) -> list[str]:
    """What axe finds, by rule and element."""
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]


def press_to(page: Page, wanted: str, key: str = "Tab") -> None:
    """Move by one key until the focus is on an element with such a name."""
    name = (
        "(e => e.getAttribute('aria-label') || e.innerText || e.labels?.[0]?.innerText || '')(document.activeElement)"
    )
    for _ in range(200):
        page.keyboard.press(key)
        if page.evaluate(name).startswith(wanted):
            return
    raise AssertionError(f"no key leads to '{wanted}'")


def test_a_saved_word_is_shown_in_its_place_and_marked(previewing: Previewing, page: Page) -> None:
    preview = previewing()
    opened(page, preview)
    figure = page.locator("figure", has_text="Chapter two, page 2")
    figure.scroll_into_view_if_needed()
    expect(figure.locator("img")).to_have_attribute("src", re.compile("pictures/"))
    page.evaluate("document.querySelector('main').scrollTop = 0")
    before, first = pictures(page), version(page)
    page.evaluate("document.querySelector('figure').dataset.mine = 'the same element'")
    write(preview.project / TWO, tiny.FILES[TWO].replace("A paragraph", "A passage"))
    wait_for_version(page, first)
    after = pictures(page)
    assert [caption for caption in after if before[caption] not in ("", after[caption])] == ["Chapter two, page 2"]
    assert page.locator("figure[data-mine]").count() == 1, "pages are changed where they are"
    bars = page.locator("figure:has(.change-bar)")
    expect(bars).to_have_count(1)
    expect(bars).to_be_in_viewport()
    expect(page.locator("#status")).to_contain_text("Chapter two, page 2")


def test_a_fault_is_told_and_the_pages_before_it_stay_until_it_is_mended(previewing: Previewing, page: Page) -> None:
    preview = previewing()
    opened(page, preview)
    before, first = pictures(page), version(page)
    write(preview.project / TWO, tiny.FILES[TWO] + "\nHello {{ nobody.there }}.\n")
    expect(page.locator("#kept")).to_contain_text("nobody")
    place = page.locator("#findings .place").first
    expect(place).to_have_text(f"{TWO}:{LAST}")
    at_rest(page)
    assert pictures(page) == before and version(page) == first
    place.click()
    expect(page.locator(".frame")).to_have_count(1)
    write(preview.project / TWO, tiny.FILES[TWO] + "\nHello everybody.\n")
    wait_for_version(page, first)
    expect(page.locator("#kept")).to_be_hidden()
    expect(page.locator("#findings h2").first).to_have_text("No errors")


def test_a_call_is_written_down_by_keyboard_alone_and_its_day_printed(previewing: Previewing, page: Page) -> None:
    preview = previewing(None, "--edition", "WA")
    opened(page, preview)
    first = version(page)
    press_to(page, "Findings")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#calls details")).not_to_have_count(0)
    press_to(page, "Maybe line")
    page.keyboard.press("Enter")
    press_to(page, "Write down a call to Maybe line")
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open]")).to_be_visible()
    page.keyboard.press("Space")  # the first answer: all is right
    page.keyboard.press("Tab")
    page.keyboard.type("Jo Smith")
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator("#status")).to_contain_text(f"Written to {STATES}")
    assert page.locator("#status").bounding_box()["height"] > 20, "who looks sees what who listens hears"  # type: ignore[index]
    wait_for_version(page, first)
    assert "by: Jo Smith" in (preview.project / STATES).read_text("utf-8")
    at_rest(page)
    page.locator("#tab-heard").click()
    heard = page.frame_locator("#heard iframe")
    expect(heard.locator("main")).to_contain_text("22 November 2026")
    expect(page.locator("figure:has(.change-bar)")).not_to_have_count(0)


def test_a_form_does_not_overwrite_what_somebody_changed_meanwhile(previewing: Previewing, page: Page) -> None:
    preview = previewing(None, "--edition", "WA")
    opened(page, preview)
    page.locator("#tab-calls").click()
    page.locator("#calls summary", has_text="Maybe line").click()
    page.get_by_role("button", name="Write down a call to Maybe line").click()
    path = preview.project / STATES
    write(path, path.read_text("utf-8").replace("Maybe line", "Perhaps line"))
    page.get_by_label("All is right").check()
    page.get_by_label("Who rang?").fill("Jo Smith")
    page.get_by_role("button", name="Write it down").click()
    expect(page.locator("#call .answer")).to_contain_text("Somebody changed")
    assert "Jo Smith" not in path.read_text("utf-8")
    expect(page.locator("#call-facts")).to_contain_text("Perhaps line")
    page.get_by_role("button", name="Write it down").click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert "by: Jo Smith" in path.read_text("utf-8")


def test_the_form_of_a_call_says_where_the_entry_is_printed_as_the_list_does(
    previewing: Previewing, page: Page
) -> None:
    preview = previewing(None, "--edition", "WA")
    opened(page, preview)
    rows, _ = call_list(preview.project, TODAY)
    listed = {row.id: row.printed_in_short if row.printed else "nowhere" for row in rows}
    assert "Tiny (WA), page 3" in listed.values() and "nowhere" in listed.values()
    page.locator("#tab-calls").click()
    for id, where in listed.items():
        expect(page.locator(f"#calls [data-printed={id}]")).to_have_text(where)
    page.locator("#calls summary").first.click()
    page.get_by_role("button", name="Write down a call").first.click()
    expect(page.locator("#call-facts [data-printed]")).to_have_text(next(iter(listed.values())))


def test_a_chapter_is_signed_off_by_keyboard_alone_and_a_change_withdraws_it(
    previewing: Previewing, page: Page
) -> None:
    preview = previewing(None, "--edition", "WA")
    opened(page, preview)
    first = version(page)
    press_to(page, "Findings")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#chapters details")).to_have_count(2)
    press_to(page, "Chapter two")
    page.keyboard.press("Enter")
    press_to(page, "Sign off Chapter two")
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open]")).to_be_visible()
    page.keyboard.type("Dr A. Name")
    page.keyboard.press("Tab")
    page.keyboard.type("oncologist")
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open]")).to_have_count(0)
    wait_for_version(page, first)
    assert "by: Dr A. Name\n  role: oncologist\n" in (preview.project / SIGNATURES).read_text("utf-8")
    expect(page.locator("#chapters")).to_contain_text("To sign off (1 of 2)")
    path = preview.project / TWO
    write(path, path.read_text("utf-8").replace("A paragraph", "One paragraph"))
    expect(page.locator("#findings")).to_contain_text("is not as Dr A. Name (oncologist) signed it off")


def test_what_is_signed_off_is_what_was_shown(previewing: Previewing, page: Page) -> None:
    preview = previewing(None, "--edition", "WA")
    opened(page, preview)
    page.locator("#tab-chapters").click()
    page.locator("#chapters summary", has_text="Chapter two").click()
    page.get_by_role("button", name="Read Chapter two").click()
    expect(page.locator("#status")).to_contain_text("Chapter two")
    page.get_by_role("button", name="Sign off Chapter two").click()
    path, first = preview.project / TWO, version(page)
    write(path, path.read_text("utf-8").replace("A paragraph", "One paragraph"))
    wait_for_version(page, first)
    at_rest(page)
    page.get_by_label("Who read it?").fill("Dr A. Name")
    page.get_by_label("In which role?").fill("oncologist")
    page.get_by_role("button", name="Sign it off").click()
    expect(page.locator("#signoff .answer")).to_contain_text("Somebody changed")
    assert not (preview.project / SIGNATURES).exists()
    assert page.get_by_label("In which role?").input_value() == "oncologist", "what was typed stays"
    page.get_by_role("button", name="Sign it off").click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert (preview.project / SIGNATURES).exists()


def test_a_finding_is_answered_with_a_reason_and_then_waived(previewing: Previewing, page: Page) -> None:
    """A page of words in capitals is a warning that somebody may answer for."""
    preview = previewing({TWO: tiny.FILES[TWO] + "\nSEVERAL WORDS IN CAPITALS STAND HERE.\n"})
    opened(page, preview)
    warning = page.locator("#findings li", has_text="ACC-207")
    page.locator("#findings summary", has_text="ACC-207").click()
    warning.get_by_role("button", name="Answer for ACC-207").click()
    page.get_by_label("Why is it right as it is?").fill("It is a sign that is quoted.")
    page.get_by_role("button", name="Answer for it").last.click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(warning).to_have_count(0)
    assert 'reason = "It is a sign that is quoted."' in (preview.project / WAIVERS).read_text("utf-8")


def test_a_click_on_a_paragraph_names_its_line_and_the_editor_is_started(
    previewing: Previewing, page: Page, tmp_path: Path
) -> None:
    told = tmp_path / "told"
    script = tmp_path / "editor"
    script.write_text(f'#!/bin/sh\necho "$1 $2" > "{told}"\n', "utf-8")
    script.chmod(0o755)
    preview = previewing(None, "--editor", f"{script} {{file}} {{line}}")
    opened(page, preview)
    line = next(n for n, row in enumerate(tiny.FILES[TWO].split("\n"), 1) if row.startswith("A paragraph"))
    place = json.loads(page.evaluate(f"fetch('place?file={TWO}&line={line}').then(answer => answer.text())"))
    left, top, width, height = place["box_mm"]
    picture = page.locator(".page").nth(place["page"])
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert box
    per_mm = box["width"] / 148
    picture.click(position={"x": (left + width / 2) * per_mm, "y": (top + height / 2) * per_mm})
    expect(page.locator("#lines .here .place")).to_have_text(f"{TWO}:{line}")
    page.get_by_role("button", name=f"Open {TWO}, line {line}").first.click()
    expect(page.locator("#status")).to_contain_text("handed to the editor")
    for _ in range(100):
        if told.exists() and told.read_text():
            break
        page.wait_for_timeout(50)
    assert told.read_text() == f"{preview.project / TWO} {line}\n"


def test_every_part_of_the_page_is_without_fault_for_axe(previewing: Previewing, page: Page) -> None:
    preview = previewing({TWO: tiny.FILES[TWO] + "\nSEVERAL WORDS IN CAPITALS STAND HERE.\n"}, "--edition", "WA")
    opened(page, preview)
    assert faults(page) == []
    page.locator("#findings summary").first.click()
    for menu in ("#views", "#keys"):
        page.locator(f"{menu} summary").click()
        assert faults(page) == []
    for tab in ("calls", "chapters", "heard", "lines"):
        page.locator(f"#tab-{tab}").click()
        if tab == "heard":
            expect(page.frame_locator("#heard iframe").locator("h2").first).to_be_visible()
        if tab == "calls":
            expect(page.locator("#calls details")).not_to_have_count(0)
            page.locator("#calls summary").first.click()
        if tab == "chapters":
            expect(page.locator("#chapters details")).not_to_have_count(0)
            page.locator("#chapters summary").first.click()
        assert faults(page) == []
    page.locator(".page").first.press("Enter")
    expect(page.locator("#lines h2")).not_to_have_count(0)
    assert faults(page) == []
    page.locator("#tab-calls").click()
    page.get_by_role("button", name="Write down a call").first.click()
    assert faults(page) == []
    page.keyboard.press("Escape")
    page.locator("#tab-chapters").click()
    page.get_by_role("button", name="Sign off Chapter").first.click()
    assert faults(page) == []
    page.keyboard.press("Escape")
    write(preview.project / TWO, tiny.FILES[TWO] + "\nHello {{ nobody.there }}.\n")
    expect(page.locator("#kept")).to_be_visible()
    page.locator("#tab-findings").click()
    assert faults(page) == []


def test_at_200_percent_everything_is_there_and_nothing_scrolls_sideways(previewing: Previewing, page: Page) -> None:
    """WCAG 2.2, 1.4.4 and 1.4.10: a window of 1,280 pixels at 200 % has 640 of its own, and 320 at 400 %."""
    preview = previewing()
    for width in (640, 320):
        page.set_viewport_size({"width": width, "height": 500})
        opened(page, preview)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        expect(page.locator("#edition")).to_be_visible()
        page.keyboard.press("j")
        expect(page.locator(".page").nth(1)).to_be_in_viewport()
        assert faults(page) == []


def test_the_keys_move_through_pages_changes_and_findings_and_can_be_switched_off(
    previewing: Previewing, page: Page
) -> None:
    preview = previewing()
    opened(page, preview)
    focused = "document.activeElement.getAttribute('aria-label') || document.activeElement.innerText"
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert "page" in page.evaluate(focused)
    page.keyboard.press("s")
    expect(page.locator("#pages")).to_have_class("spread")
    first = version(page)
    write(preview.project / TWO, tiny.FILES[TWO].replace("A paragraph", "A passage"))
    wait_for_version(page, first)
    page.keyboard.press("c")
    expect(page.locator("#status")).to_contain_text("Change 1 of")
    page.keyboard.press("n")
    assert "chapters/" in page.evaluate(focused)
    page.locator("#keys summary").click()
    page.get_by_label("These keys work").uncheck()
    page.keyboard.press("s")
    expect(page.locator("#pages")).to_have_class("spread")


def test_with_automatic_off_a_save_waits_until_it_is_asked_for(previewing: Previewing, page: Page) -> None:
    preview = previewing()
    opened(page, preview)
    first = version(page)
    page.get_by_label("At each save").uncheck()
    write(preview.project / TWO, tiny.FILES[TWO].replace("A paragraph", "A passage"))
    expect(page.locator("#doing")).to_contain_text("Refresh shows it")
    assert version(page) == first
    page.locator("main").focus()
    page.keyboard.press("r")
    wait_for_version(page, first)


def test_another_edition_title_and_format_are_shown(previewing: Previewing, page: Page) -> None:
    preview = previewing(tiny.INSERT)
    opened(page, preview)
    for select, value, name in (
        ("edition", "WA", "tiny-WA-2026.1-screen.pdf"),
        ("form", "large-print", "tiny-WA-2026.1-large-print.pdf"),
        ("title", "bone", "bone-WA-2026.1-large-print.pdf"),
        ("form", "clinic", "bone-WA-2026.1-clinic.pdf"),
    ):
        page.locator(f"#{select}").select_option(value)
        expect(page.locator("main h2").first).to_contain_text(name)
    at_rest(page)
    page.locator("#tab-heard").click()
    expect(page.locator("#heard")).to_contain_text("Only the formats for a screen")


@pytest.mark.parametrize("view", ["grey", "blur", "trim", "safe", "grid"])
def test_what_is_laid_over_the_pages_is_seen(previewing: Previewing, page: Page, view: str) -> None:
    preview = previewing()
    opened(page, preview)
    sight = page.locator("figure", has_text="Chapter two, page 2").locator(".page")
    sight.scroll_into_view_if_needed()
    expect(sight.locator("img")).to_have_attribute("src", re.compile("pictures/"))
    plain = sight.screenshot()
    page.locator("#views summary").click()
    page.locator(f"[data-view={view}]").check()
    page.locator("#views summary").click()
    if view == "blur":
        expect(sight.locator("img")).to_have_attribute("src", re.compile("blurred/"))
    if view == "grey":  # the tiny booklet is nearly grey: what counts is what the browser does
        assert "grayscale" in page.evaluate("getComputedStyle(document.querySelector('.page img')).filter")
    else:
        assert sight.screenshot() != plain


def asked(preview: Preview, path: str, headers: dict[str, str], method: str = "GET") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", preview.port, timeout=HANG_SECONDS)
    connection.putrequest(method, path, skip_host=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    with closing(connection), connection.getresponse() as answer:
        return answer.status, answer.read()


def test_a_foreign_host_or_no_token_gets_nothing_and_no_file_of_the_machine_is_served(previewing: Previewing) -> None:
    preview = previewing()
    own = {"Host": f"127.0.0.1:{preview.port}"}
    assert asked(preview, f"/{preview.token}/", own)[0] == 200
    for path, headers in (
        (f"/{preview.token}/", {"Host": "evil.example"}),
        (f"/{preview.token}/", {"Host": f"evil.example:{preview.port}"}),
        (f"/{preview.token}/", {**own, "Origin": "https://evil.example"}),
        ("/", own),
        ("/page.js", own),
        ("/events", own),
    ):
        assert asked(preview, path, headers) == (403, b"")
    for path in ("../conftest.py", "%2e%2e/conftest.py", "page/../../cli.py", "chapters/booklet.toml", "/etc/passwd"):
        status, content = asked(preview, f"/{preview.token}/{path}", own)
        assert status in (403, 404) and b"import" not in content and b"title" not in content and b"root" not in content


def test_a_file_outside_the_project_is_not_opened(previewing: Previewing, page: Page) -> None:
    preview = previewing(None, "--editor", "touch")
    opened(page, preview)
    for file in ("../outside.md", "/etc/passwd", "chapters/none.md"):
        script = """file => fetch('open', {method: 'POST', headers: {'content-type': 'application/json'},
            body: JSON.stringify({file, line: '1'})}).then(answer => answer.status)"""
        assert page.evaluate(script, file) == 409


def test_two_previews_stand_side_by_side_and_a_port_in_use_is_named(previewing: Previewing, page: Page) -> None:
    first = previewing()
    second = previewing()
    assert first.port != second.port
    opened(page, first)
    opened(page, second)
    command = ["preview", "--no-open", "--project", str(first.project), "--port", str(first.port)]
    done = subprocess.run(
        [sys.executable, "-m", "booklet", *command],
        capture_output=True, text=True, timeout=HANG_SECONDS,
    )  # fmt: skip
    assert done.returncode == 2 and f"Port {first.port} is in use" in done.stderr and "Traceback" not in done.stderr


def test_ctrl_c_ends_it_in_peace(previewing: Previewing, page: Page) -> None:
    preview = previewing()
    opened(page, preview)
    said = stop(preview)
    assert "Traceback" not in said and preview.process.returncode == 0
    expect(page.locator("#doing")).to_contain_text("was stopped")
