"""How long and how far from one point to another: the port every source fulfils, estimates, OSRM, closed roads.

Orders of stops are `routing.solving`.
"""
