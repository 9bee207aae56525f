-- Live exemptions, with the last day that a live withdrawal leaves them. Follows live.sql. :of (a unit) and :id narrow it; NULL means all.
SELECT x.id, x.unit, x.obligation, x.exempted_on, x.reason, x.$paper, x.until_on, w.last_on
FROM live_exemption x LEFT JOIN live_withdrawal w ON w.exemption = x.id
WHERE (:of IS NULL OR x.unit = :of) AND (:id IS NULL OR x.id = :id)
