//! Views over all nodes as tables of words: for spreadsheets, and as pictures.

use crate::palette::Ink;
use crate::point::Point;
use crate::shape::{Anchor, Paint, Scene, Shape, text_width};
use crate::table;
use consensus_kernel::{BarRow, LogCell, LogState, Panel};

/// What a view shows, row by row, heads first.
pub struct Rows {
    /// What it is called.
    pub title: String,
    /// The rows, not all of the same length.
    pub rows: Vec<Vec<String>>,
}

/// A view as a table of words.
pub fn rows(panel: &Panel) -> Rows {
    let mut table = Rows { title: title(panel).to_owned(), rows: Vec::new() };
    match panel {
        Panel::Log(log) => {
            table.begin(log.slot_name);
            for i in 0..log.columns as u64 {
                table.put(&(log.first + i).to_string());
            }
            table.put("marks");
            for (i, row) in log.rows.iter().enumerate() {
                table.begin(&i.to_string());
                table.put_cells(&row.cells);
                let marks: Vec<String> = row.marks.iter().map(|m| format!("{} {}", m.name, m.slot)).collect();
                table.put(&marks.join(", "));
            }
        }
        Panel::Matrix(matrix) => {
            table.begin(matrix.column_name);
            matrix.columns.iter().for_each(|head| table.put(head));
            for row in &matrix.rows {
                table.begin(&row.label);
                table.put_cells(&row.cells);
            }
        }
        Panel::Bars(bars) => {
            table.begin(bars.row_name);
            bars.columns.iter().for_each(|head| table.put(head));
            for row in &bars.rows {
                table.begin(&row.label);
                row.parts.iter().flatten().for_each(|part| table.put(&BarRow::percent(*part)));
            }
        }
        Panel::Tree(tree) => {
            for node in &tree.nodes {
                table.begin(&node.label);
                table.put_cell(&node.cell);
            }
        }
        Panel::Blocks(blocks) => {
            table.begin(blocks.height_name);
            ["block", "parent", "holds", "marks"].iter().for_each(|head| table.put(head));
            for block in &blocks.blocks {
                table.begin(&block.height.to_string());
                table.put(&block.name);
                table.put(block.parent.and_then(|p| blocks.blocks.get(p)).map_or("", |p| &p.name));
                table.put_cell(&block.cell);
                table.put(&block.marks.join(", "));
            }
        }
        Panel::Opinions(panel) => {
            table.begin("agent");
            ["camp", "weight", "answer"].iter().for_each(|head| table.put(head));
            for voice in &panel.voices {
                table.begin(&voice.replica.to_string());
                table.put(&voice.camp.map_or_else(String::new, |camp| (camp + 1).to_string()));
                table.put(&BarRow::percent(voice.share * 100));
                table.put(&voice.answer);
            }
        }
    }
    table
}

/// What a view is called.
pub fn title(panel: &Panel) -> &str {
    match panel {
        Panel::Log(_) => "Replicated log",
        Panel::Matrix(matrix) => matrix.title,
        Panel::Tree(tree) => &tree.title,
        Panel::Blocks(blocks) => blocks.title,
        Panel::Opinions(panel) => panel.title,
        Panel::Bars(bars) => bars.title,
    }
}

impl Rows {
    #[inline(never)]
    fn begin(&mut self, head: &str) {
        self.rows.push(vec![head.to_owned()]);
    }

    #[inline(never)]
    fn put(&mut self, cell: &str) {
        if let Some(row) = self.rows.last_mut() {
            row.push(cell.to_owned());
        }
    }

    fn put_cells(&mut self, cells: &[Option<LogCell>]) {
        for cell in cells {
            match cell {
                Some(cell) => self.put_cell(cell),
                None => self.put(""),
            }
        }
    }

    /// What a cell holds, and how far it has come.
    fn put_cell(&mut self, cell: &LogCell) {
        let state = match cell.state {
            LogState::Proposed => "known",
            LogState::Prepared => "backed",
            LogState::Committed => "final",
            LogState::Applied => "executed",
        };
        self.put(&format!("{} ({state})", cell.text));
    }

    /// As comma-separated values.
    pub fn csv(&self) -> String {
        self.rows.iter().map(|row| table::row(row)).collect()
    }

    /// As a picture.
    pub fn draw(&self) -> Scene {
        const SIZE: f64 = 12.0;
        const ROW: f64 = 22.0;
        let mut scene = Scene { title: self.title.clone(), ..Scene::default() };
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let mut x = 12.0;
        for column in 0..columns {
            let mut widest = 20.0f64;
            for (i, row) in self.rows.iter().enumerate() {
                let Some(cell) = row.get(column) else { continue };
                let at = Point::new(x, (i as f64 + 0.7) * ROW);
                let ink = if i == 0 || column == 0 { Ink::Soft } else { Ink::Text };
                scene.over.push(Shape::text(at, SIZE, Anchor::Start, ink, cell.clone()));
                widest = widest.max(text_width(cell, SIZE * 1.08));
            }
            x += widest + 16.0;
        }
        // The title, which is larger, has room, too, however little there is to show.
        x = x.max(text_width(&self.title, SIZE * 1.3) + 24.0);
        (scene.width, scene.height) = (x, (self.rows.len() as f64 + 0.3) * ROW);
        for row in 1..self.rows.len() {
            let y = row as f64 * ROW + 1.0;
            let line =
                Shape::line(Point::new(12.0, y), Point::new(x - 12.0, y), Paint::line(Ink::Faint, 1.0));
            scene.ground.push(line);
        }
        scene
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use consensus_kernel::{LogMark, LogPanel, LogRow};

    fn log() -> Panel {
        let cell = LogCell { text: "x←1".to_owned(), round: 1, state: LogState::Committed };
        let marks = vec![LogMark { slot: 4, name: "commit".to_owned() }];
        let rows = vec![LogRow { cells: vec![Some(cell), None], marks }];
        Panel::Log(LogPanel { slot_name: "index", first: 4, columns: 2, rows })
    }

    #[test]
    fn a_log_is_a_table_with_its_slots_for_heads() {
        assert_eq!(rows(&log()).csv(), "index,4,5,marks\r\n0,x←1 (final),,commit 4\r\n");
    }

    #[test]
    fn a_table_is_a_picture_with_a_text_for_each_cell() {
        let scene = rows(&log()).draw();
        assert_eq!((scene.over.len(), scene.ground.len()), (8, 1));
        crate::xml::assert_well_formed(&crate::svg::print(&scene, &[], crate::palette::Theme::Dark));
    }

    #[test]
    fn a_title_has_room_above_a_table_of_one_narrow_column() {
        let rows = Rows { title: "Votes by stake".to_owned(), rows: vec![vec!["round".to_owned()]] };
        assert!(rows.draw().width > text_width(&rows.title, 14.0) + 14.0);
    }
}
