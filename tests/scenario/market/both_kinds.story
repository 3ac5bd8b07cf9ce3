story A session's plain close takes history lots and today's; each kind has its own fee
market position a 3 long
market position b 9 short

# a lot costs 10 fen to open or to close, 20 to close on the same day
b sell 4 @ 100                  -> entered
a buy 4 @ 100                   -> entered; 4 @ 100
? a fees 40
a sell 6 @ 101 close            -> refused NOT_ENOUGH_HISTORY 6 3
join 1 closing history
a sell 8 @ 101 close            -> refused NOT_ENOUGH_TO_CLOSE 8 7
a sell 6 @ 101 close own 1      -> entered 3 of the other kind
? a long_history_frozen 3
? a long_today_frozen 3
a sell 2 @ 101 close            -> refused NOT_ENOUGH_TO_CLOSE 2 1
a sell 1 @ 101 yesterday        -> refused NOT_ENOUGH_HISTORY 1 0
b buy 2 @ 101 close             -> entered; 2 @ 101
? a fees 60
# three more: the last of history at 10, two of today at 20
b buy 3 @ 101 close             -> entered; 1 @ 101; 2 @ 101
? a fees 110
# a tick of a lot is 100 fen: 5 lots of 100, history and today, closed at 101
? a realised 500
? a long_history 0
? a long_today 2
? a long_today_frozen 1
a cancel 1                      -> cancelled 1
? a long_today_frozen 0
# with none of history left a plain close is of today's lots alone
a sell 2 @ 101 close            -> entered
b buy 2 @ 101 close             -> entered; 2 @ 101
? a fees 150
? a long_today 0
