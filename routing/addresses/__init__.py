"""From an address as people write it to a commune and a point: the register, names, reading, geocoding.

How long the way there takes is `routing.travel`.
"""
