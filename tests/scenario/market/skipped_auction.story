story What an auction could not match while its contract was halted trades at the resumption
market settlement 100
market phase auction_ordering

a buy 3 @ 104                   -> entered
b sell 5 @ 98                   -> entered
halt 0
phase auction match
phase continuous
a buy 1 @ 104                   -> refused HALTED 0 0
resume 0                        -> auction 3 @ 98; 3 @ 98
a buy 1 @ 98                    -> entered; 1 @ 98
