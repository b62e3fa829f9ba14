"""Who may come in, what they may do, what belongs to whom, and the record of what they did.

HTTP and cookies are `api.web`; citizens' data is `postal.people`.
"""
