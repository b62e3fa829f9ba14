"""People of every role going through doors, and a record of which door, as whom, and what was called behind it.

Nothing of ours is changed: while a request or a command runs, Python itself tells which functions are called.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from api.demo.house import run_command
from postal import models
from tests import builders as build
from tests.api.conftest import Person, System, work
from tests.doors import Named, product

_REFUSED = re.compile(r'<div class="notice danger" role="status"><p>(.*?)</p>', re.DOTALL)


class Doors:
    """Opens doors for people, a system and the operator, and keeps what was opened and what was called."""

    def __init__(self, app: Any, services: Any, key: str) -> None:
        self.app, self.services, self.key = app, services, key
        self.opened: set[tuple[str, str, str]] = set()
        self.called: set[Named] = set()
        self._people: dict[str, Person] = {}
        self._adapter = app.url_map.bind("localhost")
        self._writers = {(str(product().modules[one.module].path), one.name): one for one in product().writers}

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Note every writing function of ours that is called inside."""

        def look(frame: Any, event: str, _: Any) -> None:
            if event == "call":
                found = self._writers.get((frame.f_code.co_filename, frame.f_code.co_qualname))
                if found is not None:
                    self.called.add(found)

        sys.setprofile(look)
        try:
            yield
        finally:
            sys.setprofile(None)

    def person(self, name: str) -> Person:
        """Return somebody's browser, signed in once."""
        if name not in self._people:
            with self.watching():
                self._people[name] = Person(self.app, name if name != "citizen" else None)
                self._people[name].get("/track")
        return self._people[name]

    def form(self, name: str, path: str, /, files: Mapping[str, tuple[bytes, str]] | None = None, **fields: str) -> Any:
        """Send a form as somebody; it must be carried out. Returns the page it leads to, or the file it gives."""
        person = self.person(name)
        data: dict[str, Any] = {"csrf_token": person.csrf, **fields}
        data |= {key: (io.BytesIO(content), filename) for key, (content, filename) in (files or {}).items()}
        with self.watching():
            answer = person._note(person.client.post(path, data=data, headers={"Accept": "text/html"}))
            assert answer.status_code < 400, (name, path, answer.status_code, answer.text[:400])
            if answer.status_code == 303 and "/staff/jobs/" in answer.location and "/stop" not in path:
                work(self.app)
        where = path
        while answer.status_code in (302, 303):
            where = urlsplit(answer.location).path
            answer = person.get(answer.location)
        if answer.mimetype == "text/html":
            refused = _REFUSED.search(answer.text)
            assert refused is None, (name, path, fields, refused and refused[1])
        self._note("POST", path, name)
        return where, answer

    def look(self, name: str, path: str) -> Any:
        """Open a page as somebody; it must be shown."""
        person = self.person(name)
        with self.watching():
            answer = person.get(path)
        assert answer.status_code < 400, (name, path, answer.status_code)
        return answer

    def json(self, name: str, method: str, path: str, body: Any = None, *, key: str | None = None) -> Any:
        """Send JSON as somebody, or as "system"; it must be carried out. Returns the JSON answer."""
        if name == "system":
            client, headers = self.app.test_client(), System(self.app, self.key).headers()
        else:
            person = self.person(name)
            client, headers = person.client, {"X-CSRFToken": person.csrf}
        headers |= {"Idempotency-Key": key} if key else {}
        with self.watching():
            answer = client.open(path, method=method, json=body if body is not None else {}, headers=headers)
        assert answer.status_code < 400, (name, path, answer.text[:400])
        self._note(method, path, name)
        return answer.json

    def picture(self, name: str, path: str, jpeg: bytes) -> Any:
        """Send a photo as somebody; it must be taken. Returns the JSON answer."""
        person = self.person(name)
        headers = {"X-CSRFToken": person.csrf, "Content-Type": "image/jpeg"}
        with self.watching():
            answer = person.client.post(path, data=jpeg, headers=headers)
        assert answer.status_code < 400, (name, path, answer.text[:400])
        self._note("POST", urlsplit(path).path, name)
        return answer.json

    def run(self, *arguments: str, stdin: str = "") -> str:
        """Run a command and return what it printed."""
        with self.watching():
            return run_command(self.services, *arguments, stdin=stdin)

    def rows(self, *columns: Any) -> list[Any]:
        """Return rows of the database: what people see on envelopes, labels and lists."""
        with self.services.database.read() as session:
            return list(session.execute(select(*columns).order_by(columns[0])).all())

    def stops(self, round_id: int, item_ids: list[int]) -> list[Any]:
        """Return the stops of a round that hold these items: the id of each, and those of its items."""
        with self.services.database.read() as session:
            found = session.query(models.RoundStop).filter_by(round_id=round_id).order_by(models.RoundStop.position)
            stops = [SimpleNamespace(id=s.id, item_ids=[i.id for i in s.consignment.items]) for s in found]
            return [stop for stop in stops if set(item_ids) & set(stop.item_ids)]

    def bring_in(self, *results: Any) -> None:
        """Read a file of results and import it, as the centre's clerk."""
        file = {"file": (build.results_csv(results), "ket-qua.csv")}
        _, trial = self.form("centre", "/staff/intake/check", files=file)
        kept = re.search(r'name="upload" value="([^"]+)"', trial.text)
        assert kept is not None
        self.form("centre", "/staff/intake/import", upload=kept[1])

    def _note(self, method: str, path: str, name: str) -> None:
        endpoint, _ = self._adapter.match(path, method=method)
        self.opened.add((method, endpoint, name))
