"""The forms of a page as a browser has them: fields with their values, what they are called, and sending them."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"input", "meta", "link", "img", "br"}
_NOT_SENT = {"submit", "button", "reset", "image"}


@dataclass
class Control:
    """One field: its attributes, its label, its choices; ``value`` is what would be sent, None for nothing."""

    tag: str
    attributes: dict[str, str]
    label: str = ""
    value: str | None = None
    options: list[tuple[str, str]] = field(default_factory=list)

    def __getitem__(self, name):
        return self.attributes.get(name, "")

    @property
    def kind(self):
        return self.tag if self.tag != "input" else self.attributes.get("type", "text")


@dataclass
class ShownForm:
    """A form of a page."""

    action: str
    method: str
    attributes: dict[str, str]
    controls: list[Control] = field(default_factory=list)

    def __getitem__(self, name):
        return next((one.value for one in self.controls if one["name"] == name and one.value is not None), None)

    def __setitem__(self, name, value):
        self.control(name).value = value

    def control(self, name):
        return next(one for one in self.controls if one["name"] == name)

    @property
    def marks(self):
        """Return the hidden fields the page gave a value: what tells this form from others of its kind."""
        own = ("csrf_token", "form_ticket", "form_page")
        return {
            one["name"]: one.attributes["value"]
            for one in self.controls
            if one.kind == "hidden" and one["value"] and one["name"] not in own
        }

    def data(self):
        """Return what a browser would send."""
        sent = {}
        for one in self.controls:
            if one.value is not None and one.kind not in _NOT_SENT and one["name"]:
                sent.setdefault(one["name"], []).append(one.value)
        return sent


class _Reader(HTMLParser):
    def __init__(self, path):
        super().__init__(convert_charrefs=True)
        self.path, self.forms, self.stack = path, [], []
        self.loose, self.labels, self.ids = [], {}, []
        self._label = self._option = self._text = None

    def handle_starttag(self, tag, attrs):
        told = {name: value or "" for name, value in attrs}
        if "id" in told:
            self.ids.append(told["id"])
        if tag == "form":
            self.forms.append(ShownForm(told.get("action") or self.path, told.get("method", "get"), told))
            self.stack.append(self.forms[-1])
        elif tag == "label":
            self._label = [told.get("for"), ""]
        elif tag in ("input", "select", "textarea"):
            self._control(tag, told)
        elif tag == "option":
            self._option = [told.get("value"), "", "selected" in told]
        elif tag == "button" and told.get("name") and self.stack:
            self.stack[-1].controls.append(Control("input", told | {"type": "submit"}))

    def _control(self, tag, told):
        made = Control(tag, told, label=told.get("aria-label", ""))
        kind = told.get("type", "text")
        if tag == "textarea":
            made.value, self._text = "", made
        elif tag == "select":
            made.value = None
        elif kind in ("checkbox", "radio"):
            made.value = told.get("value", "on") if "checked" in told else None
        elif kind not in (*_NOT_SENT, "file"):
            made.value = told.get("value", "")
        if self._label is not None and not self._label[0]:
            self._label.append(made)
        if "form" in told:
            self.loose.append((told["form"], made))
        elif self.stack:
            self.stack[-1].controls.append(made)
        self.last = made

    def handle_endtag(self, tag):
        if tag == "form" and self.stack:
            self.stack.pop()
        elif tag == "label" and self._label is not None:
            if self._label[0]:
                self.labels[self._label[0]] = " ".join(self._label[1].split())
            for made in self._label[2:]:
                made.label = made.label or " ".join(self._label[1].split())
            self._label = None
        elif tag == "option" and self._option is not None:
            value, text, is_chosen = self._option
            value = " ".join(text.split()) if value is None else value
            self.last.options.append((value, text))
            if is_chosen or self.last.value is None:
                self.last.value = value
            self._option = None
        elif tag == "textarea" and self._text is not None:
            self._text.value = self._text.value.removeprefix("\n")
            self._text = None

    def handle_data(self, data):
        if self._text is not None:
            self._text.value += data
        elif self._option is not None:
            self._option[1] += data
        elif self._label is not None:
            self._label[1] += data


def _read(html, path=""):
    reader = _Reader(path)
    reader.feed(html)
    for own, made in reader.loose:
        next(one for one in reader.forms if one.attributes.get("id") == own).controls.append(made)
    for form in reader.forms:
        for one in form.controls:
            one.label = one.label or reader.labels.get(one["id"], "")
    return reader


def forms_on(html, path=""):
    """Return the forms of a page; ``path`` is its own address, for forms that state none."""
    return _read(html, path).forms


def ids_on(html):
    """Return every id of a page, twice where it stands twice."""
    return _read(html).ids


def send(person, form, **files):
    """Send a form as a browser does; ``files`` are bytes and a name for each field of a file."""
    data = form.data() | {name: (io.BytesIO(content), called) for name, (content, called) in files.items()}
    return person._note(person.client.post(form.action, data=data, headers={"Accept": "text/html"}))
