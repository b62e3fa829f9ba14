"""The sketch of a round: every stop that has a point, those that have none named, nothing written over anything."""

import itertools
import math
import random

import pytest

from labels.drawing import text
from labels.drawing.page import Sheet
from labels.drawing.text import REGULAR
from labels.papers import VIETNAMESE
from labels.papers.route_sheet.sketch import MAP, draw_sketch
from labels.samples.route_sheet import sheet
from tests.scale import scaled

MM = 72 / 25.4
CORNER = (100.0, 10.0)


class Seen(Sheet):
    """A sheet that also remembers what was put on it."""

    def __init__(self):
        super().__init__((210, 297), "x")
        self.words, self.dots, self.boxes, self.lines = [], [], [], []

    def write(self, x, y, words, *, font=REGULAR, size=10, align="left"):
        wide = text.width(words, font, size) / MM
        left = x - {"left": 0, "right": wide, "centre": wide / 2}[align]
        self.words.append((words, (left, y + 0.55, left + wide, y + 2.2)))  # its ink: figures have no descenders
        super().write(x, y, words, font=font, size=size, align=align)

    def dot(self, x, y, radius, *, fill=0):
        self.dots.append((x, y, radius, fill))
        super().dot(x, y, radius, fill=fill)

    def box(self, x, y, width, height, *, line=0.4, fill=1):
        self.boxes.append((x, y, x + width, y + height))
        super().box(x, y, width, height, line=line, fill=fill)

    def polyline(self, points, *, width=0.4):
        self.lines += list(itertools.pairwise(points))
        super().polyline(points, width=width)


def drawn(data):
    paper = Seen()
    draw_sketch(paper, data, *CORNER, VIETNAMESE)
    return paper


def day(chance, n_stops):
    """Return a round of any shape: near or far, in a line, on one spot, some points unsure, some stops with none."""
    spread = chance.choice((0.0, 0.0003, 0.01, 0.3))
    flat = chance.choice((0.0, 1.0))
    made = sheet(n_stops)
    stops = []
    for stop in made.stops:
        lat, lon = 16.46 + chance.uniform(-spread, spread) * flat, 107.59 + chance.uniform(-spread, spread)
        has_point = chance.random() > 0.15
        where = "Điểm gần đúng" if chance.random() < 0.4 else ""
        changes = {"lat": lat if has_point else None, "lon": lon if has_point else None, "where": where}
        stops.append(type(stop)(**{**{f: getattr(stop, f) for f in stop.__dataclass_fields__}, **changes}))
    office = {} if chance.random() < 0.7 else {"office_lat": None, "office_lon": None}
    return sheet(0, stops=tuple(stops), **office)


def overlap(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def inside(point, rect):
    return rect[0] < point[0] < rect[2] and rect[1] < point[1] < rect[3]


@pytest.mark.parametrize("seed", range(scaled(40, 1_000)))
def test_nothing_is_written_over_anything(seed):
    chance = random.Random(seed)
    paper = drawn(day(chance, chance.choice((0, 1, 2, 5, 12, 40, 90))))
    frame = (CORNER[0], CORNER[1], CORNER[0] + MAP[0], CORNER[1] + MAP[1])
    rects = [rect for _, rect in paper.words]
    assert all(frame[0] < r[0] and r[2] < frame[2] and frame[1] < r[1] and r[3] < frame[3] for r in rects)
    for n, (words, rect) in enumerate(paper.words):
        assert not [other for other, one in paper.words[n + 1 :] if overlap(rect, one)], words
        assert not [
            dot for dot in paper.dots if overlap(rect, (dot[0] - 0.7, dot[1] - 0.7, dot[0] + 0.7, dot[1] + 0.7))
        ]
        assert not [box for box in paper.boxes[1:] if overlap(rect, box)], words
        for a, b in paper.lines:
            steps = max(1, int(math.dist(a, b) * 4))
            along = ((a[0] + (b[0] - a[0]) * k / steps, a[1] + (b[1] - a[1]) * k / steps) for k in range(steps + 1))
            assert not [point for point in along if inside(point, rect)], words


@pytest.mark.parametrize("seed", range(12))
def test_every_stop_with_a_point_has_its_dot_and_the_others_are_named(seed):
    data = day(random.Random(seed), 20)
    paper = drawn(data)
    placed = [stop for stop in data.stops if stop.lat is not None]
    unsure = [stop for stop in placed if stop.where]
    rings = [dot for dot in paper.dots if dot[3] == 1]
    assert len(paper.dots) == len(placed) + bool(unsure)  # and the one in the legend
    assert len(rings) == len(unsure) + bool(unsure)
    nowhere = [str(stop.position) for stop in data.stops if stop.lat is None]
    said = next((words for words, _ in paper.words if words.startswith("Chưa có điểm")), "")
    assert said == (f"Chưa có điểm: {', '.join(nowhere)}" if nowhere else "")


def test_the_first_stops_of_an_easy_round_all_have_their_numbers():
    paper = drawn(sheet(12))
    assert {stop.mark for stop in sheet(12).stops if stop.lat is not None} <= {words for words, _ in paper.words}
