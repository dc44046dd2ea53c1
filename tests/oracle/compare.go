package main

// compare reads the cases, Go's answers and lvt's answers line by line. The two agree when they print the same bytes or
// both refuse; the words of a refusal may differ.

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

func compare(paths []string) error {
	var readers []*bufio.Reader
	for _, path := range paths {
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		readers = append(readers, bufio.NewReaderSize(file, 1<<20))
	}
	count, refused, differences := 0, 0, 0
	var shortest []byte
	report := ""
	for {
		line, err := readers[0].ReadBytes('\n')
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		var replies [2]answer
		for side := range replies {
			text, err := readers[side+1].ReadBytes('\n')
			if err == nil {
				err = json.Unmarshal(text, &replies[side])
			}
			if err != nil {
				return fmt.Errorf("%s has no answer to this case (%w):\n%s", paths[side+1], err, line)
			}
		}
		count++
		theirs, ours := replies[0], replies[1]
		if !bytes.Equal(theirs.ID, ours.ID) {
			return fmt.Errorf("the answers are out of step at this case:\n%s", line)
		}
		if theirs.Output == nil {
			refused++
		}
		if theirs.Output == nil && ours.Output == nil && ours.Error != nil {
			continue
		}
		if theirs.Output != nil && ours.Output != nil && *theirs.Output == *ours.Output {
			continue
		}
		differences++
		if differences == 1 || len(line) < len(shortest) {
			shortest = line
			report = fmt.Sprintf("the shortest case with a difference:\n%s  Go   %s\n  lvt  %s\n", line, shown(theirs), shown(ours))
		}
	}
	fmt.Print(report)
	fmt.Printf("%d cases, %d of them refused by Go, %d differences\n", count, refused, differences)
	if differences > 0 {
		os.Exit(1)
	}
	return nil
}

func shown(reply answer) string {
	if reply.Output != nil {
		return fmt.Sprintf("prints %q", *reply.Output)
	}
	if reply.Error != nil {
		return "refuses: " + *reply.Error
	}
	return "answers nothing"
}
