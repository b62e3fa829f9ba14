"""How the installation is set up: what stands, what is missing, and changes with a day from which they hold.

What is set up lives in the rooms that use it: people and keys in `postal.access`, offices and couriers in
`postal.network`.
"""
