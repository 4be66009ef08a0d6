-- Descriptions, metrics, history and provenance. Arrays and weights are files beside the database.
CREATE TABLE IF NOT EXISTS trials (
    key TEXT PRIMARY KEY,
    description TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS labels (
    key TEXT NOT NULL,
    label TEXT NOT NULL,              -- JSON: paper, profile, method, experiment
    PRIMARY KEY (key, label)
);
-- A key has one result; a merge that brings other numbers for it keeps both as replicates.
CREATE TABLE IF NOT EXISTS results (
    key TEXT NOT NULL,
    replicate INTEGER NOT NULL,
    metrics TEXT NOT NULL,
    confusion TEXT NOT NULL,
    counts TEXT NOT NULL,
    history TEXT NOT NULL,
    seconds REAL NOT NULL,
    provenance TEXT NOT NULL,
    arrays TEXT,                      -- file name under arrays/
    array_names TEXT NOT NULL,
    weights TEXT,                     -- file name under weights/
    PRIMARY KEY (key, replicate)
);
CREATE TABLE IF NOT EXISTS failures (
    key TEXT PRIMARY KEY,
    message TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS records (
    name TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (name, fingerprint)
);
-- Trials that somebody forgot on purpose: their files may go. Files of a trial that is neither here
-- nor in `trials` belong to a database that was lost.
CREATE TABLE IF NOT EXISTS removed (
    key TEXT PRIMARY KEY
);
-- What is computed from stored results and costs seconds to compute again (a map, a bootstrap).
CREATE TABLE IF NOT EXISTS derived (
    name TEXT PRIMARY KEY,
    sources TEXT NOT NULL,            -- JSON list of the keys it was computed from
    value TEXT NOT NULL,
    arrays TEXT
);
