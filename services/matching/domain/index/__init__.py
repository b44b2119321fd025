"""The best of the market without looking at all of it.

The scalar rules and terms (`fitting`, `scoring`) are the law. The index only says, best first, who could score how
much at most; each candidate is then judged by the law. So an answer is exact even where a column only bounds a rule or
a term.
"""
