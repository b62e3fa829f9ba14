"""What goes back to an agency: returns, withdrawn items, dossiers collected at home, each counted and signed for.

The legs from the agency to the post are `postal.custody`.
"""
