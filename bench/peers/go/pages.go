package main

import "time"

// The data of the pages, as bench/pages.h has them. A chart's fields are in the order of their names, as the keys of a
// map come: both are printed as JSON.

type user struct {
	Name      string
	IsAdmin   bool
	LastLogin time.Time
}

type statistic struct {
	Label  string
	Value  float64
	Type   string
	Change float64
	Goal   int
}

type notification struct {
	ID        int64
	Type      string
	Title     string
	Message   string
	CreatedAt time.Time
}

type change struct {
	ID        int64
	Action    string
	Value     int
	Timestamp time.Time
}

type task struct {
	ID          int64
	Title       string
	Description string
	Owner       string
	Priority    string
	DueDate     *time.Time
	Completed   bool
}

type point struct {
	Amount float64
	Day    string
	Orders int
}

type chart struct {
	Points []point
	Title  string
}

type metrics struct {
	Clock     time.Time
	Uptime    int64
	Load      float64
	Megabytes float64
}

type dashboard struct {
	Title          string
	Session        string
	User           user
	Statistics     map[string]statistic
	Notifications  []notification
	Counter        int
	MaxCounter     int
	CounterHistory []change
	Tasks          []task
	ShowCompleted  bool
	IsPast         bool
	Invalid        bool
	Typed          string
	Problem        string
	UpdateBytes    int64
	PageBytes      int64
	Chart          chart
	Metrics        metrics
}

type row struct {
	ID     int64
	Name   string
	Email  string
	Amount float64
	Status string
	Closed bool
	Since  time.Time
}

type table struct {
	Title string
	Rows  []row
}

type article struct {
	Slug       string
	Title      string
	Author     string
	Date       time.Time
	Paragraphs []string
}

type text struct {
	Title    string
	Articles []article
}

type cell struct {
	N    int
	M    int
	Kind string
	Name string
	On   bool
	Off  bool
}

type actions struct {
	Title string
	Cells []cell
}

var pages = map[string]any{"dashboard": &dashboard{}, "table": &table{}, "text": &text{}, "actions": &actions{}}
