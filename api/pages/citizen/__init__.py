"""Pages for citizens: tracking by code or by the label's link.

Nothing personal without the second factor or the token.
"""
