"""The registry of papers: whatever is in it has a sample, a route with its right, and a line in the documents."""

from pathlib import Path

import pytest

from api.documents import PAPERS
from api.web.auth import rule_of

DOCS = (Path(__file__).resolve().parents[2] / "docs/papers.md").read_text(encoding="utf-8")
WAYS = [(paper, way) for paper in PAPERS for way in paper.ways]
each_way = pytest.mark.parametrize(("paper", "way"), WAYS, ids=lambda one: getattr(one, "path", ""))


def test_keys_files_and_samples_are_unlike_each_other():
    for values in ([p.key for p in PAPERS], [p.file for p in PAPERS], [name for p in PAPERS for name in p.samples]):
        assert len(set(values)) == len(values)


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.key)
def test_every_paper_has_samples_of_its_own_data_and_a_name_for_each(paper):
    assert paper.samples
    for sample in paper.samples.values():
        assert all(isinstance(one, paper.data) for one in sample.data)
        assert all(isinstance(paper.named(one), str) for one in sample.data)


@each_way
def test_every_way_is_a_route_that_asks_for_the_papers_right(app, paper, way):
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint == f"staff.{way.endpoint}"]
    assert [rule.rule for rule in rules] == [f"/staff{way.path}"]
    assert paper.right(way) in rule_of(app, f"staff.{way.endpoint}").actions


@each_way
def test_every_way_stands_in_the_documents(paper, way):
    path = way.path.rpartition("/")[2]
    assert path in DOCS, f"{paper.key}: {path}"
