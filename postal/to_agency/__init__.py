"""What goes back to an agency: returns, withdrawn items, dossiers collected at home, each counted and signed for;
and what the post's staff report of one.

The legs from the agency to the post are `postal.custody`.
"""
