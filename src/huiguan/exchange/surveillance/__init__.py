"""What a day's events show of abuse: each behaviour one function, its thresholds dated data.

Reads events only (rulebook 8) and decides nothing: a finding is a figure above its threshold with
the commands that make it, and a person judges. Trading codes of one holder are merged over members;
whoever suspects a group gives other holders and looks again.
"""
