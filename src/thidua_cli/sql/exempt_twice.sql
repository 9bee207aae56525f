-- Live exemptions of one unit and obligation that hold on one day, in pairs. Follows live.sql.
, held AS (
    SELECT x.id, x.unit, x.obligation, x.exempted_on, max(x.operation, coalesce(w.operation, 0)) AS operation,
        min(coalesce(x.until_on, '9999-12-31'), coalesce(w.last_on, '9999-12-31')) AS last_on
    FROM live_exemption x LEFT JOIN live_withdrawal w ON w.exemption = x.id
)
SELECT a.unit, a.obligation, max(a.exempted_on, b.exempted_on), a.id, b.id, a.operation, b.operation
FROM held a JOIN held b ON b.unit = a.unit AND b.obligation = a.obligation AND b.id > a.id
WHERE a.exempted_on <= b.last_on AND b.exempted_on <= a.last_on ORDER BY a.id, b.id
