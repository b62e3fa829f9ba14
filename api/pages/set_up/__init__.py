"""The administrator's pages: every area of the set-up, its changes, and the audit.

Users, their rights and keys have their pages in `api.pages.account`.
"""
