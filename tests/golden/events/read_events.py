#!/usr/bin/env python3
"""What TensorBoard reads of event files: python3 read_events.py FOLDER. Needs its Python package."""

import sys
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import metadata


def main(root):
    for folder in sorted({file.parent for file in Path(root).rglob("events.out.tfevents.*")}):
        events = EventAccumulator(str(folder), size_guidance={"scalars": 0, "histograms": 0, "images": 0, "tensors": 0})
        events.Reload()
        print(folder.relative_to(root), "from", events.file_version)
        tags = events.Tags()
        for tag in tags["scalars"]:
            print(" ", tag, [(event.step, event.value) for event in events.Scalars(tag)])
        for tag in tags["histograms"]:
            for event in events.Histograms(tag):
                value = event.histogram_value
                print(" ", tag, event.step, value.min, value.max, value.num, value.sum, len(value.bucket), sum(value.bucket))
        for tag in tags["images"]:
            for event in events.Images(tag):
                print(" ", tag, event.step, event.width, event.height, event.encoded_image_string[:8])
        for tag in tags["tensors"]:
            for event in events.Tensors(tag):
                print(" ", tag, event.step, events.SummaryMetadata(tag).plugin_data.plugin_name, event.tensor_proto.string_val)
        for tag, content in events.PluginTagToContent("hparams").items() if "hparams" in {
                events.SummaryMetadata(tag).plugin_data.plugin_name for tag in events.summary_metadata} else ():
            print(" ", tag, str(metadata._parse_plugin_data_as(content, {
                metadata.EXPERIMENT_TAG: "experiment", metadata.SESSION_START_INFO_TAG: "session_start_info",
                metadata.SESSION_END_INFO_TAG: "session_end_info"}[tag])).replace("\n", " "))


if __name__ == "__main__":
    main(sys.argv[1])
