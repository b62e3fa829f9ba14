"""For the operator: backups, restores and the look over the installation.

Work that runs by itself is `postal.jobs`.
"""
