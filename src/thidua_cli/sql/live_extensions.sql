-- Live extensions, the one that holds last. Follows live.sql. The condition that narrows it is filled in.
SELECT y.id, y.unit, y.obligation, y.granted_on, y.until_on, y.$paper
FROM live_extension y WHERE $where
ORDER BY y.granted_on, y.operation, y.id
