-- Live extensions, the one that holds last. Follows live.sql. :of (a unit) and :id narrow it; NULL means all.
SELECT y.id, y.unit, y.obligation, y.granted_on, y.until_on, y.$paper
FROM live_extension y WHERE (:of IS NULL OR y.unit = :of) AND (:id IS NULL OR y.id = :id)
ORDER BY y.granted_on, y.operation, y.id
