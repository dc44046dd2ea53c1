package main

// compare holds two answers to one case against each other. They agree when both print the same bytes or both refuse; the
// words of a refusal may differ, and so may the time at which it comes. Both are counted for information.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// verdict is how two answers stand to each other. The order of the differences is of no importance.
type verdict int

const (
	bothPrint verdict = iota
	bothRefuse
	onlyGoPrints
	onlyLvtPrints
	otherBytes
	noAnswer // lvt ended or hung
)

func (v verdict) differs() bool { return v > bothRefuse }

func judge(theirs, ours *answer) verdict {
	switch {
	case ours.Output == nil && ours.Error == nil:
		return noAnswer
	case theirs.Output == nil && ours.Output == nil:
		return bothRefuse
	case theirs.Output == nil:
		return onlyLvtPrints
	case ours.Output == nil:
		return onlyGoPrints
	case *theirs.Output == *ours.Output:
		return bothPrint
	}
	return otherBytes
}

// readAnswer decodes a line of lvt. Bytes that are no UTF-8 come back as U+FFFD, so Go's own output needs utf8Only.
func readAnswer(line []byte) *answer {
	reply := &answer{}
	if err := json.Unmarshal(line, reply); err != nil {
		return &answer{}
	}
	return reply
}

// utf8Only replaces each byte that is no UTF-8 by U+FFFD, as JSON does.
func utf8Only(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	return string([]rune(text))
}

var place = regexp.MustCompile(`^(html/)?(template: ?|:)?[^ ]*?(:\d+){0,2}: (template: )?`)

// reason is a refusal without its place; atRun tells whether it came from data.
func reason(message string) (text string, atRun bool) {
	return place.ReplaceAllString(message, ""), strings.Contains(message, "executing \"")
}

func shown(reply *answer) string {
	const most = 4000
	if reply.Output != nil && len(*reply.Output) > most {
		return fmt.Sprintf("prints %d bytes, %q...", len(*reply.Output), (*reply.Output)[:most])
	}
	if reply.Output != nil {
		return fmt.Sprintf("prints %q", *reply.Output)
	}
	if reply.Error != nil {
		return "refuses: " + *reply.Error
	}
	return "gives no answer"
}

// caseJSON is a case as people and other programs read it.
func caseJSON(mode, template string, data any) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(struct {
		Mode     string `json:"mode"`
		Template string `json:"template"`
		Data     any    `json:"data"`
	}{mode, template, data})
	return bytes.TrimSpace(out.Bytes())
}
