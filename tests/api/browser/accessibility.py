"""Axe on a page as it stands: the rules of WCAG 2.2 A and AA that a machine can check."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, Page

_RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
_AXE = Axe()


def violations(page: Page) -> list[str]:
    """Return one line for each element that breaks a rule: the rule, the page and the element."""
    for n_left in (2, 1, 0):
        try:
            found = _AXE.run(page, options=_RULES | {"resultTypes": ["violations"]})
            break
        except Error:  # a page that shows progress is loaded anew every two seconds, also while it is read
            if not n_left:
                raise
            page.wait_for_load_state()
    path = page.evaluate("location.pathname")
    return [
        f"{violation['id']} {path} {' '.join(node['target'])}: {violation['help']}"
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]
