"""A small land of our own making as an OpenStreetMap file: a town, a spit over one bridge, an island with a ferry.

Streets are half a kilometre apart. The bridge leads from the town's south-east corner, so the straight line to the
spit's north lies. One street of the town is one-way. Nothing lies east of 107.70.
"""

from __future__ import annotations

import subprocess
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

from routing import Point

STEP = 0.005
TOWN, SPIT, ISLAND = (16.450, 107.550), (16.450, 107.610), (16.560, 107.550)


def at(corner, row, column):
    """Return the crossing of a part of the land, rows northward and columns eastward."""
    return Point(lat=round(corner[0] + row * STEP, 6), lon=round(corner[1] + column * STEP, 6))


def write_map(path: Path) -> None:
    """Write the land as an .osm file."""
    root = ElementTree.Element("osm", version="0.6", generator="tannha tests")
    ids: dict[Point, int] = {}

    def node(point):
        if point not in ids:
            ids[point] = len(ids) + 1
            values = {"id": str(ids[point]), "lat": f"{point.lat:.6f}", "lon": f"{point.lon:.6f}", "version": "1"}
            ElementTree.SubElement(root, "node", values)
        return ids[point]

    ways = []
    for corner, rows, columns in ((TOWN, 9, 5), (SPIT, 9, 2), (ISLAND, 2, 2)):
        for row in range(rows):
            ways.append(([at(corner, row, c) for c in range(columns)], {"highway": "residential"}))
        for column in range(columns):
            ways.append(([at(corner, r, column) for r in range(rows)], {"highway": "residential"}))
    ways[8][1]["oneway"] = "yes"  # the town's northernmost street, eastward
    ways.append(([at(TOWN, 0, 4), at(SPIT, 0, 0)], {"highway": "primary", "bridge": "yes"}))
    ways.append(([at(TOWN, 8, 0), at(ISLAND, 0, 0)], {"route": "ferry", "motor_vehicle": "yes", "duration": "00:30"}))
    numbered = [([node(p) for p in points], tags) for points, tags in ways]
    for number, (refs, tags) in enumerate(numbered, 1):
        way = ElementTree.SubElement(root, "way", id=str(number), version="1")
        for ref in refs:
            ElementTree.SubElement(way, "nd", ref=str(ref))
        for key, value in tags.items():
            ElementTree.SubElement(way, "tag", k=key, v=value)
    assert all(a != b for refs, _ in numbered for a, b in pairwise(refs))
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def prepare(programs: Path, folder: Path) -> Path:
    """Return the prepared road network of the land."""
    source = folder / "land.osm"
    write_map(source)
    profile = programs.parent / "share" / "profiles" / "car.lua"
    for command in (["osrm-extract", "-p", profile, source], ["osrm-contract", folder / "land.osrm"]):
        subprocess.run([programs / command[0], *command[1:]], check=True, capture_output=True, timeout=120, cwd=folder)
    return folder / "land.osrm"
