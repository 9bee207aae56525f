-- Live withdrawals of exemptions. Follows live.sql. The condition that narrows it is filled in.
SELECT w.id, x.unit, x.obligation, w.exemption, w.withdrawn_on, w.$paper
FROM live_withdrawal w JOIN exemption x ON x.id = w.exemption
WHERE $where
