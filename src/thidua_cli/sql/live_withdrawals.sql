-- Live withdrawals of exemptions. Follows live.sql. :of (a unit) and :id narrow it; NULL means all.
SELECT w.id, x.unit, x.obligation, w.exemption, w.withdrawn_on, w.$paper
FROM live_withdrawal w JOIN exemption x ON x.id = w.exemption
WHERE (:of IS NULL OR x.unit = :of) AND (:id IS NULL OR w.id = :id)
