-- The counts of every obligation on the plain tables: the least that anyone would have to do.
SELECT o.code, count(*), sum(r.done_on <= o.closes_on), sum(r.done_on > o.closes_on), sum(r.done_on IS NULL)
FROM obligation o JOIN obligation_kind k ON k.obligation = o.code JOIN unit u ON u.kind = k.kind
LEFT JOIN record r ON r.unit = u.id AND r.phase = o.phase AND r.action = o.action
GROUP BY o.code;
