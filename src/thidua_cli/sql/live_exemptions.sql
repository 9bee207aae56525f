-- Live exemptions, with the last day that a live withdrawal leaves them. Follows live.sql. The condition that narrows it is filled in.
SELECT x.id, x.unit, x.obligation, x.exempted_on, x.reason, x.$paper, x.until_on, w.last_on
FROM live_exemption x LEFT JOIN live_withdrawal w ON w.exemption = x.id
WHERE $where
