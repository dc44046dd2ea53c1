// Upstream LiveTemplate as a participant of the update bench, on one core: the same templates from the same states, as Go
// structs. For one update of one page its server calls Template.ExecuteUpdates with the page's own clone of the
// template (sendUpdate in mount.go), and so does this; what the server does besides, decoding and encoding the tree once more to
// wrap it, is not counted. Run at the repository's root.
//
//	upstream PAGE CHANGE SECONDS           prints PAGE, CHANGE, nanoseconds an update, median, 99th percentile, bytes
//	upstream --print PAGE CHANGE STEPS     prints the first page and those after each step, a form feed behind each
//	upstream --trees PAGE CHANGE STEPS     prints the first tree and the updates, one a line
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/livetemplate/livetemplate"
)

const (
	samplesMax           = 20000
	samplesForPercentile = 100
	// Single updates are measured for so many times as long if they would be too few for a percentile.
	patience = 8
)

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/peers/upstream:", err)
		os.Exit(1)
	}
}

// processorTime is the time that the processor worked for this process: the collector's threads count, other processes
// do not.
func processorTime() time.Duration {
	var usage syscall.Rusage
	fail(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// A page is what upstream's server holds for one connection.
type page struct {
	*journey
	template *livetemplate.Template
	out      bytes.Buffer
	steps    int
}

func newPage(name, change string) *page {
	self := &page{journey: open(name, change)}
	if self.step == nil {
		fail(fmt.Errorf("the page %s has no change %s", name, change))
	}
	original, err := livetemplate.New("page", livetemplate.WithLoadingDisabled(),
		livetemplate.WithParseFiles("bench/data/"+self.journey.template+".tmpl"))
	fail(err)
	self.template, err = original.Clone()
	fail(err)
	self.update()
	return self
}

func (self *page) update() {
	self.out.Reset()
	fail(self.template.ExecuteUpdates(&self.out, self.state, nil))
}

func (self *page) change() {
	self.step(self.steps)
	self.steps++
}

// rewindAtEnd leads a finished cycle back to the first state.
func (self *page) rewindAtEnd() {
	if self.rewind != nil && self.steps%cycle == 0 {
		self.rewind()
		self.update()
	}
}

func (self *page) measureMean(seconds float64) (nanoseconds, size float64) {
	elapsed, steps, total, batch := time.Duration(0), 0, 0, 1
	for elapsed.Seconds() < seconds {
		if self.rewind != nil {
			batch = min(batch, cycle-self.steps%cycle)
		}
		start := processorTime()
		for range batch {
			self.change()
			self.update()
			total += self.out.Len()
		}
		took := processorTime() - start
		elapsed += took
		steps += batch
		if took < time.Millisecond || self.rewind != nil {
			batch *= 2
		}
		if self.rewind != nil {
			batch = cycle
		}
		self.rewindAtEnd()
	}
	return float64(elapsed.Nanoseconds()) / float64(steps), float64(total) / float64(steps)
}

func (self *page) measureEach(seconds float64) (median, high string) {
	var samples []time.Duration
	for elapsed := time.Duration(0); len(samples) < samplesMax; {
		if elapsed.Seconds() >= seconds && (len(samples) >= samplesForPercentile || elapsed.Seconds() >= patience*seconds) {
			break
		}
		self.change()
		start := time.Now()
		self.update()
		took := time.Since(start)
		samples = append(samples, took)
		elapsed += took
		self.rewindAtEnd()
	}
	slices.Sort(samples)
	median, high = fmt.Sprint(samples[len(samples)/2].Nanoseconds()), "-"
	if len(samples) >= samplesForPercentile {
		high = fmt.Sprint(samples[len(samples)*99/100].Nanoseconds())
	}
	return median, high
}

// printed is the page as Execute prints it, without the element that it puts around the body's content up to the first
// script.
func (self *page) printed() []byte {
	self.out.Reset()
	fail(self.template.Execute(&self.out, self.state))
	before, rest, found := bytes.Cut(self.out.Bytes(), []byte(`<div data-lvt-id="`))
	if !found {
		fail(errors.New("the page has no element for the live part"))
	}
	_, rest, _ = bytes.Cut(rest, []byte(">"))
	inside, after, found := bytes.Cut(rest, []byte("</div><script"))
	end := "<script"
	if !found {
		inside, after, _ = bytes.Cut(rest, []byte("</div></body>"))
		end = "</body>"
	}
	return slices.Concat(before, inside, []byte(end), after)
}

func main() {
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	runtime.GOMAXPROCS(1)
	arguments := os.Args[1:]
	mode := ""
	if len(arguments) == 4 && (arguments[0] == "--print" || arguments[0] == "--trees") {
		mode, arguments = arguments[0], arguments[1:]
	}
	if len(arguments) != 3 {
		fmt.Fprintln(os.Stderr, "usage: upstream PAGE CHANGE SECONDS | --print PAGE CHANGE STEPS | --trees PAGE CHANGE STEPS")
		os.Exit(2)
	}
	self := newPage(arguments[0], arguments[1])
	if mode != "" {
		steps, err := strconv.Atoi(arguments[2])
		fail(err)
		for i := 0; ; i++ {
			if mode == "--print" {
				fmt.Printf("%s\f\n", self.printed())
			} else {
				fmt.Printf("%s\n", self.out.Bytes())
			}
			if i == steps {
				return
			}
			self.change()
			self.update()
		}
	}
	seconds, err := strconv.ParseFloat(arguments[2], 64)
	fail(err)
	self.measureMean(seconds / 4)
	mean, size := self.measureMean(seconds)
	median, high := self.measureEach(seconds / 2)
	fmt.Printf("%s\t%s\t%.0f\t%s\t%s\t%.0f\n", arguments[0], arguments[1], mean, median, high, size)
}
