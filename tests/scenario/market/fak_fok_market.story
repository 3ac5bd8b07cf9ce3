story Orders that do not wait, and market orders with their protection price (rulebook 2.5)
market price_rule resting

b sell 3 @ 100                  -> entered
b sell 2 @ 102                  -> entered
a buy 6 @ 102 fak min 6         -> entered; cancelled 6 TIME_IN_FORCE
a buy 6 @ 102 fok               -> entered; cancelled 6 TIME_IN_FORCE
a buy 4 @ 100 fak               -> entered; 3 @ 100; cancelled 1 TIME_IN_FORCE
a buy 5 @ 103 market            -> entered; 2 @ 102
# the remainder of three waits at the protection price
b sell 1 @ 101 fok              -> entered; 1 @ 103
b sell 9 @ 103 fak              -> entered; 2 @ 103; cancelled 7 TIME_IN_FORCE
a buy 3 @ 101 fak min 4         -> refused BAD_MINIMUM_LOTS 4 3
a buy 3 @ 111 market            -> refused PRICE_ABOVE_LIMIT 111 110
