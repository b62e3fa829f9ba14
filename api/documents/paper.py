"""What a paper is to the house: one entry of the registry, from the rows it is read from to the page that offers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

from api.documents.own_words import own_words
from api.wiring import Services
from api.words import SOURCE, speech
from labels import UnprintableText, clean_data, is_printable
from labels.papers import VIETNAMESE, Speech
from labels.samples import Sample
from postal import Action, Message, Session, Subject, errors, models, people

T = TypeVar("T")
D = TypeVar("D")
D_contra = TypeVar("D_contra", contravariant=True)


@dataclass(frozen=True, kw_only=True)
class Printing:
    """One wish to print: in which session and language, for which day, and what the reader may see.

    ``office_id`` is the reader's office, None for who sees all of them; ``reader_id`` the reader's account;
    ``own_words`` what the post words otherwise, by the program's sentences.
    """

    services: Services
    session: Session
    language: str = SOURCE
    office_id: int | None = None
    day: date | None = None
    reader_id: int | None = None
    own_words: Mapping[str, str] | None = None

    @property
    def say(self) -> Speech:
        """Return how the paper speaks."""
        return speech(self.language, self.own_words)

    def local(self, at: datetime) -> datetime:
        """Return an instant on people's clocks."""
        return at.astimezone(self.zone)

    def local_date(self, at: datetime | None) -> date | None:
        """Return the local date of an instant."""
        return self.local(at).date() if at is not None else None

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone people's clocks show."""
        return ZoneInfo(self.services.settings.timezone)

    @property
    def the_day(self) -> date:
        """Return the day asked for, today where none was."""
        return self.day or self.local(self.services.now()).date()

    @property
    def post_name(self) -> str:
        """Return what the province's post is called."""
        return self.services.ground.home.post_name

    def reader_name(self) -> str:
        """Return the reader's name, "" for a command."""
        user = self.session.get(models.User, self.reader_id) if self.reader_id is not None else None
        if user is None:
            return ""
        person = self.session.get_one(models.Person, user.person_id)
        return self.legible(people.open_person(self.session, person).full_name)

    def legible(self, words: str) -> str:
        """Return what people wrote, or a note in its place where the font lacks a letter of it.

        A list of many is printed without that one text: its reader finds the item by its code, the text on the screen.
        """
        if is_printable(words) is None:
            return words
        return self.say("(chữ không in được, xem trên máy)")

    def commune_name(self, consignment: models.Consignment) -> str:
        """Return the commune's full name, "" for an address elsewhere."""
        commune = self.services.guide.register.find(consignment.commune_code or "")
        return commune.full_name if commune else ""


def always(_: Printing, __: object) -> bool:
    """Say that there is always something to print."""
    return True


class Draw(Protocol[D_contra]):
    """Draws papers of one kind as one PDF. Raises UnprintableText naming the field."""

    def __call__(self, many: Sequence[D_contra], /, *, say: Speech = VIETNAMESE) -> bytes: ...


@dataclass(frozen=True, slots=True)
class InVietnamese(Generic[D]):
    """Draws a paper whose form the law sets: in Vietnamese, whatever language it was asked for in."""

    form: Callable[[Sequence[D]], bytes]

    def __call__(self, many: Sequence[D], /, *, say: Speech = VIETNAMESE) -> bytes:
        """Return the papers as one PDF."""
        return self.form(many)


@dataclass(frozen=True, kw_only=True)
class About(Generic[T]):
    """What papers are printed for: how it is found, whose it is, and how it is called.

    ``what`` stands in a refusal, ``name`` in the name of the file; ``own`` is None where the reader's office selects.
    """

    what: Message
    find: Callable[[Session, int], T]
    name: Callable[[T], str]
    own: Callable[[Session, T], Subject] | None = None


@dataclass(frozen=True, kw_only=True)
class Way(Generic[T, D]):
    """One way to ask for a paper: its address below /staff, what it is about, when there is something to print.

    ``when`` is asked first and reads no one's name; ``read`` returns the finished data. ``action`` is the right it
    takes where that is not the paper's own: minutes are printed by either side that signed them.
    """

    path: str
    about: About[T]
    when: Callable[[Printing, T], bool]
    read: Callable[[Printing, T], Sequence[D]]
    action: Action | None = None

    @property
    def parameter(self) -> str:
        """Return what the address calls the id it holds: "consignment_id"."""
        return self.path.partition("<int:")[2].partition(">")[0]

    @property
    def endpoint(self) -> str:
        """Return the route's name, of the fixed words of its address: "paper_consignments_note"."""
        words = self.path.removesuffix(".pdf").replace("-", "_").split("/")
        return "_".join(["paper", *(word for word in words if word and word != "papers" and "<" not in word)])


@dataclass(frozen=True, kw_only=True)
class Paper(Generic[D]):
    """One kind of paper. A new one is its drawing, its sample, and the module that makes this value.

    ``file`` begins the name of its files; ``named`` returns how a clerk finds one of several (its number, its dossier).
    Papers that are acts, printed by a form of their own, have no ``ways``. The post may word ``words`` otherwise.
    """

    key: str
    noun: Message
    file: str
    action: Action
    data: type[D]
    draw: Draw[D]
    samples: Mapping[str, Sample]
    ways: tuple[Way[Any, D], ...] = ()
    named: Callable[[D], str] = str
    words: Mapping[str, Message] = field(default_factory=dict)

    @property
    def has_choice(self) -> bool:
        """Say whether the paper can be had in another language than Vietnamese."""
        return not isinstance(self.draw, InVietnamese)

    def right(self, way: Way[Any, D]) -> Action:
        """Return the right it takes to print this paper in one of its ways."""
        return way.action or self.action

    def way(self, about: About[Any]) -> Way[Any, D]:
        """Return how this paper is asked for about something. Raises LookupError where it is not."""
        return next(way for way in self.ways if way.about is about)

    def print_for(self, printing: Printing, about: About[T], *subjects: T) -> Printed:
        """Return the papers about these subjects. Raises NotFound where there is nothing to print, UnprintableText.

        Of several, one with a text that cannot be printed is left out and named; a single one is refused.
        """
        way: Way[T, D] = self.way(about)
        printing = printing if self.has_choice else replace(printing, language=SOURCE)
        printing = replace(printing, own_words=own_words(printing.session, self.words, printing.language))
        many = [one for subject in subjects if way.when(printing, subject) for one in way.read(printing, subject)]
        if not many:
            raise errors.NotFound(what=self.noun)
        printable, left_out = [], []
        for one in many:
            try:
                printable.append(clean_data(one))
            except UnprintableText:
                left_out.append(one)
        content = self.draw(printable or many, say=printing.say)
        return Printed(content=content, left_out=tuple(self.named(one) for one in left_out))


@dataclass(frozen=True, kw_only=True)
class Printed:
    """A PDF, and the names of what could not be printed on it."""

    content: bytes
    left_out: tuple[str, ...] = ()
