package main

// child is an engine that runs as a process of its own and answers lines. One that ends or hangs is started again, and the
// line that it was at counts as unanswered.

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

type child struct {
	arguments []string
	patience  time.Duration
	command   *exec.Cmd
	in        io.WriteCloser
	out       *bufio.Reader
}

func (c *child) start() error {
	c.command = exec.Command(c.arguments[0], c.arguments[1:]...)
	c.command.Stderr = os.Stderr
	in, err := c.command.StdinPipe()
	if err != nil {
		return err
	}
	out, err := c.command.StdoutPipe()
	if err != nil {
		return err
	}
	c.in, c.out = in, bufio.NewReaderSize(out, 1<<16)
	return c.command.Start()
}

func (c *child) stop() {
	if c.command != nil {
		c.in.Close()
		_ = c.command.Process.Kill()
		_ = c.command.Wait()
		c.command = nil
	}
}

// ask returns one answer for each line; that of a line on which the engine ended is nil.
func (c *child) ask(lines [][]byte) ([][]byte, error) {
	answers := make([][]byte, 0, len(lines))
	for failures := 0; len(answers) < len(lines); {
		if c.command == nil {
			if err := c.start(); err != nil {
				return nil, err
			}
		}
		pending := lines[len(answers):]
		in := c.in
		sent := make(chan struct{})
		go func() {
			defer close(sent)
			for _, line := range pending {
				if _, err := in.Write(line); err != nil {
					return
				}
			}
		}()
		process := c.command.Process
		watch := time.AfterFunc(c.patience, func() { _ = process.Kill() })
		for range pending {
			answer, err := c.out.ReadBytes('\n')
			if err != nil {
				break
			}
			answers = append(answers, answer)
		}
		watch.Stop()
		if len(answers) < len(lines) {
			c.stop()
			answers = append(answers, nil)
			if failures++; failures > 100 {
				return nil, fmt.Errorf("%s ended %d times", c.arguments[0], failures)
			}
		}
		<-sent
	}
	return answers, nil
}
