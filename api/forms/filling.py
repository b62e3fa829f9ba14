"""A form shown again as it was sent: every value in its place, faults named by the labels people read, and linked.

The pattern is GOV.UK's: a summary that takes the focus and links to each field, each field marked and described by its
fault, the page's title saying that there is one. It works on the finished page, so every form of every page has it.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from api.forms.kept import KeptForm, Wrong
from api.forms.page import Element, read_page
from postal import Message

_CONTROLS = ("input", "select", "textarea")
_OWN_NAMES = frozenset({"csrf_token", "form_ticket", "form_page"})
_BLANK = Message("{field}: còn trống. Điền rồi gửi lại.")
_UNCHOSEN = Message("{field}: chưa chọn. Chọn rồi gửi lại.")
_UNUSABLE = Message("{field}: không dùng được giá trị này.")
_ERROR = Message("Lỗi")
_FILE_AGAIN = Message("Chọn lại tệp {name}: trình duyệt không giữ tệp đã chọn.")

Say = Callable[[Message], str]
Edit = tuple[int, int, str]


@dataclass(frozen=True, kw_only=True)
class _Fault:
    text: str
    target: str


def fill(page_text: str, kept: KeptForm, say: Say, *, here: str) -> str:
    """Return the page with the form as it was sent; ``here`` is the page's own path, for forms without an address."""
    root = read_page(page_text)
    form = _form_of(root, kept, here)
    filling = _Filling(root, form, kept, say)
    edits = filling.edits()
    for start, end, text in sorted(edits, key=lambda one: (one[0], one[1]), reverse=True):
        page_text = page_text[:start] + text + page_text[end:]
    return page_text


def _form_of(root: Element, kept: KeptForm, here: str) -> Element | None:
    """Return the form that was sent: the one with its address whose hidden values are those that came."""
    forms = [
        one
        for one in root.below()
        if one.tag == "form" and one.get("method") == "post" and urlsplit(one.get("action") or here).path == kept.action
    ]
    return max(forms, key=lambda form: _likeness(root, form, kept), default=None)


def _likeness(root: Element, form: Element, kept: KeptForm) -> tuple[int, int]:
    controls = _controls(root, form)
    marks = [one for one in controls if _is_mark(one)]
    n_foreign = sum(one.get("value") not in kept.values(one.get("name")) for one in marks)
    sent = {name for name, _ in kept.fields}
    return -n_foreign, len(sent & {one.get("name") for one in controls})


def _is_mark(control: Element) -> bool:
    """Say whether a control tells one form from another: hidden, with a value that the page gave it."""
    is_hidden = control.get("type") == "hidden" and control.get("name") not in _OWN_NAMES
    return is_hidden and bool(control.get("value"))


def _controls(root: Element, form: Element) -> list[Element]:
    own = form.get("id")
    return [
        one
        for one in root.below()
        if one.tag in _CONTROLS
        and one.get("name")
        and (one.get("form") == own if one.has("form") else any(above is form for above in one.above()))
    ]


def _choice(option: Element) -> str:
    return option.get("value") if option.has("value") else option.text()


class _Filling:
    """The edits that fill one form of a page and say what is wrong with it."""

    def __init__(self, root: Element, form: Element | None, kept: KeptForm, say: Say) -> None:
        self._kept, self._say, self._form = kept, say, form
        self._all = list(root.below())
        self._controls = _controls(root, form) if form is not None else []
        self._changed: dict[Element, dict[str, str | None]] = {}
        self._before: dict[int, list[str]] = {}
        self._edits: list[Edit] = []
        self._n_ids = 0

    def edits(self) -> list[Edit]:
        """Return every replacement, by where it begins and ends in the page."""
        for control in self._controls:
            self._fill(control)
        faults = [self._fault(one) for one in self._kept.wrong]
        self._open_around()
        self._edits += [(one.start, one.end, one.with_attributes(**how)) for one, how in self._changed.items()]
        self._edits += [(at, at, "".join(texts)) for at, texts in self._before.items()]
        self._tell(faults)
        return self._edits

    def _change(self, element: Element, **attributes: str | None) -> None:
        self._changed.setdefault(element, {}).update(attributes)

    def _fill(self, control: Element) -> None:
        name, kind = control.get("name"), control.get("type")
        if name in _OWN_NAMES or kind in ("password", "submit", "button") or _is_mark(control):
            return
        if kind == "file":
            self._ask_again(control)
            return
        sent = self._kept.values(name)
        if kind in ("checkbox", "radio"):
            self._change(control, checked="" if (control.get("value") or "on") in sent else None)
        elif not sent:
            return
        elif control.tag == "select":
            self._choose(control, sent)
        elif control.tag == "textarea":
            # The first line break of a text area is not part of its value.
            self._edits.append((control.end, control.closes, "\n" + html.escape(sent[0])))
        else:
            self._change(control, value=sent[0] or None)

    def _choose(self, control: Element, sent: Sequence[str]) -> None:
        options = [one for one in control.below() if one.tag == "option"]
        chosen = [one for one in options if _choice(one) in sent]
        if chosen:
            for option in options:
                self._change(option, selected="" if option in chosen else None)

    def _ask_again(self, control: Element) -> None:
        for name, file in self._kept.files:
            if name == control.get("name"):
                self._put_before(
                    control, f'<span class="hint">{html.escape(self._say(_FILE_AGAIN.filled(name=file)))}</span>'
                )

    def _fault(self, wrong: Wrong) -> _Fault:
        control = self._control_of(wrong)
        if control is None:
            label = self._say(wrong.label) if wrong.label is not None else "…"
            return _Fault(text=self._say(wrong.message.filled(field=label)), target=self._form_id())
        text = self._sentence(wrong, control)
        own = self._id_of(control)
        described = " ".join(filter(None, (control.get("aria-describedby"), f"{own}-wrong")))
        self._change(control, aria_invalid="true", aria_describedby=described)
        self._put_before(control, f'<span class="wrong" id="{html.escape(own)}-wrong">{html.escape(text)}</span>')
        return _Fault(text=text, target=own)

    def _control_of(self, wrong: Wrong) -> Element | None:
        """Return the field a fault is about: by its name, by its label, else a choice that its list does not offer."""
        seen = [one for one in self._controls if one.get("type") not in ("hidden", "submit", "button")]
        found = [one for one in seen if wrong.name and one.get("name") == wrong.name]
        if not found and wrong.label is not None:
            said = self._say(wrong.label).casefold()
            called = [(one, self._label(one).casefold()) for one in seen]
            found = [one for one, label in called if label == said]
            found = found or [one for one, label in called if label and (said in label or label in said)]
        found = found or [one for one in seen if self._is_not_offered(one)]
        return found[0] if found else None

    def _is_not_offered(self, control: Element) -> bool:
        if control.tag != "select":
            return False
        offered = {_choice(one) for one in control.below() if one.tag == "option"}
        return bool(set(self._kept.values(control.get("name"))) - offered)

    def _sentence(self, wrong: Wrong, control: Element) -> str:
        label = ", ".join(filter(None, (self._row(control), self._label(control))))
        if self._is_not_offered(control):
            return self._say(_UNCHOSEN.filled(field=label))
        if not wrong.is_plain:
            said = self._say(wrong.message.filled(field=label))
            return said if label in said else f"{label}: {said}"
        if not any(text.strip() for text in self._kept.values(control.get("name"))):
            is_choice = control.tag == "select" or control.get("type") in ("radio", "checkbox")
            return self._say((_UNCHOSEN if is_choice else _BLANK).filled(field=label))
        hint = self._hint(control)
        said = self._say(_UNUSABLE.filled(field=label))
        return f"{said} {hint[:1].upper()}{hint[1:]}" if hint else said

    def _label(self, control: Element) -> str:
        """Return what people call a control: for one of several choices what the choice is about."""
        if control.get("type") == "radio":
            for above in control.above():
                legend = next((one for one in above.inside if isinstance(one, Element) and one.tag == "legend"), None)
                if above.tag == "fieldset" and legend is not None:
                    return legend.text()
        if control.has("aria-label"):
            return control.get("aria-label")
        own = control.get("id")
        by_id = next((one for one in self._all if one.tag == "label" and own and one.get("for") == own), None)
        label = by_id or next((one for one in control.above() if one.tag == "label"), None)
        return label.text() if label is not None else control.get("placeholder")

    def _row(self, control: Element) -> str:
        """Return the row of a long form that a control stands in, as the page calls it."""
        return next((one.get("data-row") for one in control.above() if one.get("data-row")), "")

    def _hint(self, control: Element) -> str:
        ids = control.get("aria-describedby").split()
        hints = [one.text() for one in self._all if one.get("id") and one.get("id") in ids]
        return " ".join(hints) or control.get("placeholder")

    def _put_before(self, control: Element, text: str) -> None:
        outer = next((one for one in control.above() if one.tag == "label"), control)
        self._before.setdefault(outer.start, []).append(text)

    def _id_of(self, element: Element) -> str:
        own = self._changed.get(element, {}).get("id") or element.get("id")
        if not own:
            self._n_ids += 1
            own = f"kept-{self._n_ids}"
            self._change(element, id=own)
        return own

    def _form_id(self) -> str:
        return self._id_of(self._form) if self._form is not None else "main"

    def _open_around(self) -> None:
        if self._form is None:
            return
        for one in [*self._form.above(), *(above for c in self._controls for above in c.above())]:
            if one.tag == "details":
                self._change(one, open="")

    def _tell(self, faults: Sequence[_Fault]) -> None:
        main = next((one for one in self._all if one.tag == "main"), None)
        title = next((one for one in self._all if one.tag == "title"), None)
        if main is not None:
            self._edits.append((main.end, main.end, self._summary(faults)))
        if title is not None and faults:
            self._edits.append((title.end, title.end, f"{html.escape(self._say(_ERROR))}: "))

    def _summary(self, faults: Sequence[_Fault]) -> str:
        """Return the summary; it asks for the focus by itself, with scripts or without."""
        lines = "".join(f'<li><a href="#{html.escape(one.target)}">{html.escape(one.text)}</a></li>' for one in faults)
        heading = html.escape(self._say(self._kept.heading))
        if not lines:
            lines = f'<li><a href="#{html.escape(self._form_id())}">{heading}</a></li>' if self._form is None else ""
        tone, lines = "danger" if faults else "warning", lines and f"<ul>{lines}</ul>"
        return (
            f'\n    <div class="notice {tone} faults" id="faults" role="alert" tabindex="-1" autofocus '
            f'aria-labelledby="faults-title"><h2 id="faults-title">{heading}</h2>{lines}</div>'
        )
