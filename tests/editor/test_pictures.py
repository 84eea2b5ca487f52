"""What is new in a picture of a page is found line by line, and nothing where nothing is."""

from __future__ import annotations

from PIL import Image, ImageDraw

from booklet_editor.pictures import COMPARED_DPI, differences

MM = 25.4 / COMPARED_DPI
SIZE = (420, 595)


def drawn(*boxes: tuple[int, int, int, int]) -> Image.Image:
    image = Image.new("RGB", SIZE, "white")
    for box in boxes:
        ImageDraw.Draw(image).rectangle(box, "black")
    return image


def test_the_same_picture_has_no_changes() -> None:
    assert differences(drawn((10, 10, 50, 20)), drawn((10, 10, 50, 20))) == ()


def test_each_changed_line_is_a_box_of_its_own() -> None:
    (first, second) = differences(drawn((10, 10, 50, 20)), drawn((10, 10, 60, 20), (100, 300, 140, 310)))
    assert [round(length / MM) for length in first] == [51, 10, 10, 11]
    assert [round(length / MM) for length in second] == [100, 300, 41, 11]


def test_one_pixel_is_a_change_and_so_is_a_colour() -> None:
    assert len(differences(drawn(), drawn((7, 9, 7, 9)))) == 1
    assert len(differences(drawn(), Image.new("RGB", SIZE, "#fffffe"))) == 1


def test_a_page_of_another_size_has_changed_all_over() -> None:
    ((left, top, width, height),) = differences(drawn(), Image.new("RGB", (842, 595), "white"))
    assert (left, top) == (0, 0) and round(width / MM) == 842 and round(height / MM) == 595
