//! The data of the pages, as bench/pages.h has them.

use std::collections::BTreeMap;

use askama::Template;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};

#[derive(Deserialize)]
struct TypedTime {
    #[serde(rename = "$time")]
    time: DateTime<Utc>,
}

fn time<'de, D: Deserializer<'de>>(from: D) -> Result<DateTime<Utc>, D::Error> {
    TypedTime::deserialize(from).map(|typed| typed.time)
}

fn optional_time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    Option::<TypedTime>::deserialize(from).map(|typed| typed.map(|typed| typed.time))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct User {
    name: String,
    is_admin: bool,
    #[serde(deserialize_with = "time")]
    last_login: DateTime<Utc>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Statistic {
    label: String,
    value: f64,
    #[serde(rename = "Type")]
    kind: String,
    change: f64,
    goal: i32,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Notification {
    #[serde(rename = "ID")]
    id: i64,
    #[serde(rename = "Type")]
    kind: String,
    title: String,
    message: String,
    #[serde(deserialize_with = "time")]
    created_at: DateTime<Utc>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Change {
    #[serde(rename = "ID")]
    id: i64,
    action: String,
    value: i32,
    #[serde(deserialize_with = "time")]
    timestamp: DateTime<Utc>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Task {
    #[serde(rename = "ID")]
    id: i64,
    title: String,
    description: String,
    owner: String,
    priority: String,
    #[serde(deserialize_with = "optional_time")]
    due_date: Option<DateTime<Utc>>,
    completed: bool,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Point {
    amount: f64,
    day: String,
    orders: i32,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Chart {
    points: Vec<Point>,
    title: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Metrics {
    #[serde(deserialize_with = "time")]
    clock: DateTime<Utc>,
    uptime: i64,
    load: f64,
    megabytes: f64,
}

#[derive(Deserialize, Template)]
#[serde(rename_all = "PascalCase")]
#[template(path = "dashboard.html")]
pub struct Dashboard {
    title: String,
    session: String,
    user: User,
    statistics: BTreeMap<String, Statistic>,
    notifications: Vec<Notification>,
    counter: i32,
    max_counter: i32,
    counter_history: Vec<Change>,
    tasks: Vec<Task>,
    show_completed: bool,
    is_past: bool,
    invalid: bool,
    typed: String,
    problem: String,
    update_bytes: i64,
    page_bytes: i64,
    chart: Chart,
    metrics: Metrics,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Row {
    #[serde(rename = "ID")]
    id: i64,
    name: String,
    email: String,
    amount: f64,
    status: String,
    closed: bool,
    #[serde(deserialize_with = "time")]
    since: DateTime<Utc>,
}

#[derive(Deserialize, Template)]
#[serde(rename_all = "PascalCase")]
#[template(path = "table.html")]
pub struct Table {
    title: String,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Article {
    slug: String,
    title: String,
    author: String,
    #[serde(deserialize_with = "time")]
    date: DateTime<Utc>,
    paragraphs: Vec<String>,
}

#[derive(Deserialize, Template)]
#[serde(rename_all = "PascalCase")]
#[template(path = "text.html")]
pub struct Text {
    title: String,
    articles: Vec<Article>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Cell {
    n: i32,
    m: i32,
    kind: String,
    name: String,
    on: bool,
    off: bool,
}

#[derive(Deserialize, Template)]
#[serde(rename_all = "PascalCase")]
#[template(path = "actions.html")]
pub struct Actions {
    title: String,
    cells: Vec<Cell>,
}
