"""Keeping an installation well: backups, what a restored copy waits for, the doctor, the check of the chain.

Commands that set it up are `api.commands.setup`.
"""
