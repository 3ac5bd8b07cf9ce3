story Today's lots first, on both sides of a trade, in one go, in an auction, and in the queue
market price_rule resting
market position a 3 long
market position b 3 short
market position d 5 short

b sell 2 @ 100                  -> entered
a buy 2 @ 100                   -> entered; 2 @ 100
join 1 closing today
join 2 closing history
# a closes 2 of today, then 3; b closes 3 of history, then 2: trades of 2, 1 and 2
a sell 5 @ 100 close own 1      -> entered 3 of the other kind
? a long_today_frozen 2
? a long_history_frozen 3
b buy 5 @ 100 close fok         -> entered 2 of the other kind; 2 @ 100; 1 @ 100; 2 @ 100
# a: 2 opened at 10, 2 closed today at 20, 3 of history at 10; b the same
? a fees 90
? b fees 90
? a long_history 0
? a long_today 0
? b short_history 0
? b short_today 0

# other flags stay exact
b sell 2 @ 100                  -> entered
a buy 2 @ 100                   -> entered; 2 @ 100
a sell 2 @ 100 yesterday        -> refused NOT_ENOUGH_HISTORY 2 0
a sell 3 @ 100 today            -> refused NOT_ENOUGH_TODAY 3 2

# at the limit price an order that closes today's lots goes behind one of history alone
d sell 1 @ 100                  -> entered
a buy 1 @ 100                   -> entered; 1 @ 100
d buy 5 @ 110 close own 4       -> entered
d cancel 4                      -> cancelled 5
d buy 6 @ 110 close own 2       -> entered 1 of the other kind
b sell 1 @ 110                  -> entered; 1 @ 110
? d short_history 4
d cancel 2                      -> cancelled 5
c buy 1 @ 110                   -> entered
d buy 5 @ 110 close own 3       -> entered 1 of the other kind
b sell 1 @ 110                  -> entered; 1 @ 110
? c long_today 1
d cancel 3                      -> cancelled 5
c buy 1 @ 110                   -> entered
d buy 4 @ 110 close own 5       -> entered
b sell 2 @ 110                  -> entered; 2 @ 110
? d short_history 2

# an auction trades both kinds at its one price
d cancel 5                      -> cancelled 2
c cancel all                    -> cancelled 1
phase auction ordering
d buy 3 @ 100 close             -> entered 1 of the other kind
a sell 3 @ 100 today            -> entered
phase auction match             -> auction 3 @ 100; 2 @ 100; 1 @ 100
? d short_history 0
? d short_today 0
? a long_today 0
