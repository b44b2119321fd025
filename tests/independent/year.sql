-- What a year's facts make due, written from the rules alone: one row a programme, payee, person and period, in fen.
-- Tables of facts have `seq`, the order of arrival. Repeats in every field count once: each view keeps the first.

CREATE VIEW jobs AS
    SELECT job, person, uscc, first, post, employer_kind, employer_size, employer_county, MIN(seq) AS seq FROM job
    GROUP BY job, person, uscc, first, post, employer_kind, employer_size, employer_county;
CREATE INDEX moved_job ON moved (job);
CREATE INDEX ended_job ON ended (job);
CREATE INDEX voided_job ON voided (job);
CREATE INDEX graduation_person ON graduation (person);
CREATE VIEW span AS
    SELECT j.job, j.person, j.uscc, j.post, j.employer_kind AS kind, j.employer_county AS county,
        COALESCE((SELECT first FROM moved m WHERE m.job = j.job ORDER BY seq DESC LIMIT 1), j.first) AS first,
        MIN(COALESCE((SELECT last FROM ended e WHERE e.job = j.job ORDER BY seq DESC LIMIT 1), '9999-12-31'),
            COALESCE((SELECT date(MIN(since), '-1 day') FROM voided v WHERE v.job = j.job), '9999-12-31')) AS last
    FROM jobs j;
CREATE TABLE worked AS SELECT * FROM span WHERE first <= last;
CREATE INDEX worked_person ON worked (person, uscc);
CREATE INDEX status_person ON status (person, since, seq);
CREATE TABLE month AS
    WITH RECURSIVE m(first) AS (
        SELECT '2017-08-01' UNION ALL SELECT date(first, '+1 month') FROM m WHERE first < '2018-12-01')
    SELECT strftime('%Y-%m', first) AS period, first, date(first, '+1 month', '-1 day') AS last,
        CAST(strftime('%d', first, '+1 month', '-1 day') AS INTEGER) AS days FROM m;

-- premiums held paid: the latest correction, and what came after it
CREATE TABLE premiums AS
    SELECT person, uscc, period, kind, "on", pension + medical + unemployment AS fen, unemployment, MIN(seq) AS seq
    FROM premium GROUP BY person, uscc, period, kind, "on", pension, medical, unemployment;
CREATE INDEX premiums_key ON premiums (person, uscc, period);
CREATE TABLE corrected AS SELECT * FROM (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY person, uscc, period ORDER BY "on" DESC, seq DESC) AS n
    FROM premiums WHERE kind = 'corrected') WHERE n = 1;
CREATE INDEX corrected_key ON corrected (person, uscc, period);
CREATE TABLE held AS
    SELECT p.person, p.uscc, p.period,
        MAX(0, COALESCE(MAX(c.fen), 0) + SUM(CASE
            WHEN p.kind = 'corrected' OR p."on" <= COALESCE(c."on", '') THEN 0
            WHEN p.kind = 'paid' THEN p.fen ELSE -p.fen END)) AS fen,
        MAX(0, COALESCE(MAX(c.unemployment), 0) + SUM(CASE
            WHEN p.kind = 'corrected' OR p."on" <= COALESCE(c."on", '') THEN 0
            WHEN p.kind = 'paid' THEN p.unemployment ELSE -p.unemployment END)) AS unemployment,
        COALESCE(MIN(CASE WHEN p.kind = 'paid' THEN p."on" END), MIN(p."on")) AS paid_on
    FROM premiums p LEFT JOIN corrected c USING (person, uscc, period) GROUP BY p.person, p.uscc, p.period;
CREATE INDEX held_key ON held (person, period);

-- social-insurance
CREATE TABLE employed AS
    SELECT w.person, w.uscc, m.period, m.first AS month_first, MIN(MAX(w.first, m.first)) AS first_day, w.kind
    FROM worked w JOIN month m ON w.first <= m.last AND w.last >= m.first GROUP BY w.person, w.uscc, m.period;
CREATE TABLE owners AS SELECT * FROM (
    SELECT e.*, h.fen, ROW_NUMBER() OVER (
        PARTITION BY e.person, e.period ORDER BY h.paid_on, e.first_day, e.uscc) AS n
    FROM employed e JOIN held h USING (person, uscc, period)
    WHERE h.fen > 0 AND e.kind IN ('workshop', 'enterprise') AND 'listed' = (
        SELECT status FROM status s WHERE s.person = e.person AND s.since <= e.first_day
        ORDER BY s.since DESC, s.seq DESC LIMIT 1)) WHERE n = 1;
CREATE TABLE counted AS
    SELECT o.*, ROW_NUMBER() OVER (PARTITION BY o.person ORDER BY o.period) AS nth,
        MIN(o.month_first) OVER (PARTITION BY o.person) AS began,
        (SELECT date(born, CASE sex WHEN 'male' THEN '+60 years' ELSE '+50 years' END)
         FROM status s WHERE s.person = o.person LIMIT 1) AS retires
    FROM owners o;
INSERT INTO due SELECT 'social-insurance', uscc, person, period, (2 * fen * 67 + 100) / 200 FROM counted
    WHERE nth <= 5 OR (date(began, '+5 years') > retires AND month_first < retires);

-- stable-employment: employments with at most three days off between run on
CREATE TABLE stretches AS
    WITH breaks AS (
        SELECT *, CASE WHEN julianday(first) - julianday(MAX(last) OVER (
            PARTITION BY person, uscc ORDER BY first, last, job ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) - 1 <= 3
            THEN 0 ELSE 1 END AS begins FROM worked),
    numbered AS (
        SELECT *, SUM(begins) OVER (PARTITION BY person, uscc ORDER BY first, last, job
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS stretch FROM breaks)
    SELECT person, uscc, MIN(first) AS first, MAX(last) AS last FROM numbered GROUP BY person, uscc, stretch;
CREATE TABLE complete AS
    SELECT *, CASE WHEN strftime('%d', date(first, '+6 months')) = strftime('%d', first)
        THEN date(first, '+6 months', '-1 day') ELSE date(first, 'start of month', '+7 months', '-1 day') END AS done
    FROM stretches;
INSERT INTO due SELECT 'stable-employment', uscc, person, substr(MIN(done), 1, 7), 100000 FROM complete c
    WHERE last >= done AND done <= '2018-12-31' AND 'listed' = (
        SELECT status FROM status s WHERE s.person = c.person AND s.since <= c.done
        ORDER BY s.since DESC, s.seq DESC LIMIT 1)
    GROUP BY person, uscc;

-- stable-post: months ahead of the decision, and the year's decision less those months
CREATE TABLE reports AS SELECT * FROM (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY uscc ORDER BY seq DESC) AS n FROM (
        SELECT uscc, at_start, at_end, leavers, premium, average, MIN(seq) AS seq FROM headcount
        GROUP BY uscc, at_start, at_end, leavers, premium, average)) WHERE n = 1;
CREATE TABLE too_many AS SELECT uscc FROM reports
    WHERE 2 * MAX(at_start - at_end - leavers, 0) * 10000
        > CASE WHEN at_start <= 30 THEN 2000 ELSE 550 END * COALESCE(2 * average, at_start + at_end);
CREATE TABLE ahead AS
    SELECT h.uscc, h.period, (2 * SUM(h.unemployment) * e.ratio * 199 + 10000) / 20000 AS fen
    FROM held h JOIN (SELECT uscc, CASE size WHEN 'large' THEN 30 ELSE 50 END AS ratio FROM employer) e USING (uscc)
    GROUP BY h.uscc, h.period;
INSERT INTO due SELECT 'stable-post', uscc, '', period, fen FROM ahead
    WHERE fen > 0 AND uscc NOT IN (SELECT uscc FROM too_many);
INSERT INTO due
    SELECT 'stable-post', r.uscc, '', '2018', (2 * r.premium * CASE e.size WHEN 'large' THEN 30 ELSE 50 END + 100) / 200
        - COALESCE((SELECT SUM(fen) FROM ahead a WHERE a.uscc = r.uscc), 0)
    FROM reports r JOIN employer e USING (uscc) WHERE r.uscc NOT IN (SELECT uscc FROM too_many);

-- posts by the day: F(b) - F(a - 1)
CREATE TABLE in_post AS
    SELECT w.*, m.period, m.days, MAX(w.first, m.first) AS a, MIN(w.last, m.last) AS b,
        CAST(strftime('%d', MAX(w.first, m.first)) AS INTEGER) - 1 AS before,
        CAST(strftime('%d', MIN(w.last, m.last)) AS INTEGER) AS through
    FROM worked w JOIN month m ON w.first <= m.last AND w.last >= m.first;
-- the talent's employer lies in a key county
CREATE TABLE key_county (county);
INSERT INTO key_county VALUES ('350622'), ('350624'), ('350628');
CREATE TABLE rate (post, programme, fen_percent, to_person, wants_listed, wants_graduation, wants_key_county);
INSERT INTO rate VALUES ('public_welfare', 'public-welfare-post', 128001 * 73, 0, 1, 0, 0),
    ('internship', 'internship', 128001 * 100, 1, 1, 1, 0), ('talent', 'talent-allowance', 200000 * 100, 1, 0, 0, 1),
    ('village_post', 'village-post', 60001 * 100, 1, 1, 0, 0);
INSERT INTO due
    SELECT programme, CASE to_person WHEN 1 THEN p.person ELSE p.uscc END, p.person, period,
        (2 * fen_percent * through + 100 * days) / (200 * days) - (2 * fen_percent * before + 100 * days) / (200 * days)
    FROM in_post p JOIN rate USING (post)
    WHERE (NOT wants_listed OR 'listed' = (
            SELECT status FROM status s WHERE s.person = p.person AND s.since <= p.a
            ORDER BY s.since DESC, s.seq DESC LIMIT 1))
        AND (NOT wants_graduation OR p.person IN (SELECT person FROM graduation))
        AND (NOT wants_key_county OR p.county IN (SELECT county FROM key_county));

-- vocational-training, for who lives in Zhangzhou (3506): one paid course a year
CREATE TABLE resident AS SELECT person, MIN(county) AS county FROM status GROUP BY person;
CREATE UNIQUE INDEX resident_person ON resident (person);
CREATE TABLE courses AS
    SELECT * FROM (
        SELECT *, ROW_NUMBER() OVER (PARTITION BY person, course, started ORDER BY seq DESC) AS n FROM (
            SELECT course, person, started, sex, finished, provider_id, MIN(seq) AS seq FROM course
            GROUP BY course, person, started, sex, finished, provider_id)) WHERE n = 1;
INSERT INTO due SELECT 'vocational-training', provider_id, person, substr(finished, 1, 7), 35000 FROM (
    SELECT c.*, ROW_NUMBER() OVER (
        PARTITION BY c.person, substr(finished, 1, 4) ORDER BY finished, course || '|' || started) AS nth
    FROM courses c JOIN provider p USING (provider_id) JOIN resident r USING (person)
    WHERE r.county LIKE '3506%' AND p.kind <> 'other' AND COALESCE(p.valid_until, '9999') >= c.finished AND 'listed' = (
            SELECT status FROM status s WHERE s.person = c.person AND s.since <= c.started
            ORDER BY s.since DESC, s.seq DESC LIMIT 1)
        AND (c.sex = 'male' OR c.started <= (
            SELECT date(born, '+60 years') FROM status s WHERE s.person = c.person LIMIT 1))) WHERE nth = 1;

-- grants: once for life, in the year of a graduation
INSERT INTO due SELECT programme, person, person, substr(MIN("on"), 1, 7),
        CASE programme WHEN 'graduate-grant' THEN 200000 ELSE 150000 END
    FROM claim c WHERE programme IN ('graduate-grant', 'technical-graduate-grant') AND EXISTS (
        SELECT 1 FROM graduation g WHERE g.person = c.person AND substr(g."on", 1, 4) = substr(c."on", 1, 4)
            AND (g.school = 'college') = (c.programme = 'graduate-grant'))
    GROUP BY programme, person;

-- resident-pension
INSERT INTO due SELECT DISTINCT 'resident-pension', person, person, CAST(year AS TEXT), (2 * 20001 * 50 + 100) / 200
    FROM pension p WHERE (
        SELECT status FROM status s WHERE s.person = p.person AND s.since <= p."on"
        ORDER BY s.since DESC, s.seq DESC LIMIT 1) IN ('listed', 'low_income', 'extreme_hardship');

-- dispatch-grant: quarters of a service that begin within it
CREATE TABLE present AS SELECT * FROM (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY job, period ORDER BY seq DESC) AS n FROM (
        SELECT job, person, period, working, attended, MIN(seq) AS seq FROM attendance
        GROUP BY job, person, period, working, attended)) WHERE n = 1;
CREATE TABLE graded AS SELECT * FROM (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY job, period ORDER BY seq DESC) AS n FROM (
        SELECT job, period, grade, MIN(seq) AS seq FROM grade GROUP BY job, period, grade)) WHERE n = 1;
CREATE TABLE quarters AS
    SELECT p.*, w.last, w.first, g.grade,
        (substr(p.period, 1, 4) - strftime('%Y', w.first)) * 4
            + substr(p.period, 7, 1) - (strftime('%m', w.first) + 2) / 3 AS later
    FROM present p JOIN worked w USING (job) JOIN graded g USING (job, period) WHERE w.post = 'dispatch';
INSERT INTO due SELECT 'dispatch-grant', person, person, period,
        (2 * 500001 * attended * factor + 100 * working) / (200 * working)
    FROM quarters JOIN (SELECT 'excellent' AS grade, 110 AS factor UNION SELECT 'qualified', 100
        UNION SELECT 'basic', 67 UNION SELECT 'failed', 0) USING (grade)
    WHERE working > 0 AND later >= 0 AND MIN(
        date(first, 'start of month', '+' || (3 * later) || ' months', '+' || (strftime('%d', first) - 1) || ' days'),
        date(first, 'start of month', '+' || (3 * later + 1) || ' months', '-1 day')) <= last;
