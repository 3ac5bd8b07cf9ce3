story Closing takes from the set its flag names (rulebook 3.1)
market position a 3 long
market position b 3 short

a sell 1 @ 100 today            -> refused NOT_ENOUGH_TODAY 1 0
a sell 4 @ 100 close            -> refused NOT_ENOUGH_HISTORY 4 3
a sell 2 @ 100 close own 1      -> entered
a sell 2 @ 100 yesterday        -> refused NOT_ENOUGH_HISTORY 2 1
b buy 1 @ 100 close             -> entered; 1 @ 100
? a long_history 2
? a long_history_frozen 1
a cancel 1                      -> cancelled 1
a sell 2 @ 100 force            -> entered
b buy 2 @ 100 yesterday         -> entered; 2 @ 100
? a long_history 0
? b short_history 0
a buy 2 @ 100                   -> entered
b sell 2 @ 100                  -> entered; 2 @ 100
a sell 1 @ 100 close            -> refused NOT_ENOUGH_HISTORY 1 0
a sell 2 @ 100 today            -> entered
b buy 2 @ 100 today             -> entered; 2 @ 100
? a long_today 0
