story A lost line, its grace, a kill switch and a halt
market settlement 100

join 1 grace 100
a buy 1 @ 99                    -> entered
at 1000 lose 1
at 1099 pass
at 1100 pass                    -> cancelled 1 DISCONNECT
a buy 1 @ 99                    -> refused UNKNOWN_SESSION 1 8
join 1 grace 100
a buy 1 @ 99                    -> entered
lose 1
join 1
pass
a buy 1 @ 98                    -> entered
kill a                          -> cancelled 1 KILL_SWITCH; cancelled 1 KILL_SWITCH
a buy 1 @ 98                    -> refused KILLED 0 0
c buy 1 @ 98                    -> entered
revive a
a buy 1 @ 98                    -> entered
halt 0
b sell 1 @ 98                   -> refused HALTED 0 0
a cancel all                    -> cancelled 1
resume 0
right b close only
b sell 1 @ 98                   -> refused CLOSE_ONLY 1 1
right b forbidden
b sell 1 @ 98                   -> refused NO_RIGHT 1 2
