"""Papers back into text and pictures by Debian's poppler, and codes back into what they say."""

from __future__ import annotations

import os
import shutil
import subprocess
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image


@pytest.fixture(scope="session")
def poppler():
    for tool in ("pdftotext", "pdftoppm"):
        if shutil.which(tool) is None:
            if os.environ.get("TANNHA_REQUIRE_SERVICES") == "1":
                pytest.fail(f"{tool} (poppler-utils) is required here")
            pytest.skip(f"{tool} (Debian's poppler-utils) is not installed")


@pytest.fixture
def text_of(poppler):
    def read(pdf, *, is_layout=False):
        options = ["-layout"] if is_layout else ["-raw"]
        done = subprocess.run(
            ["pdftotext", *options, "-enc", "UTF-8", "-", "-"], input=pdf, capture_output=True, check=True
        )
        return done.stdout.decode()

    return read


@pytest.fixture
def pictures_of(poppler, tmp_path):
    def draw(pdf, *, dpi=203, scale=1.0):
        (tmp_path / "in.pdf").write_bytes(pdf)
        subprocess.run(
            ["pdftoppm", "-r", str(dpi), "-gray", "-png", str(tmp_path / "in.pdf"), str(tmp_path / "page")], check=True
        )
        found = []
        for path in sorted(tmp_path.glob("page*.png")):
            picture = Image.open(BytesIO(path.read_bytes()))
            if scale != 1.0:
                picture = picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.LANCZOS)
            found.append(picture)
            path.unlink()
        return found

    return draw


@pytest.fixture
def codes_in():
    def read(picture):
        return sorted(code.text for code in zxingcpp.read_barcodes(picture))

    return read
