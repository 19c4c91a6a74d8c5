namespace DeepSharp.Optim;

/// <summary>An optimizer's state as named tensors, in terms of parameters.</summary>
internal static class OptimizerState
{
    private const string Skipped = "skipped_steps";
    private const string Step = "step";
    private const string Rate = "learning_rate";
    private const string BaseRate = "base_learning_rate";
    private const string Ratio = "rate_ratio";

    internal static IReadOnlyDictionary<string, Tensor> Save(Optimizer optimizer)
    {
        Dictionary<string, Tensor> state = [];
        foreach ((string name, Tensor value) in Tensors(optimizer, []))
        {
            state.Add(name, value);
        }

        foreach ((string name, double value, Kind kind) in Numbers(optimizer))
        {
            state.Add(name, Tensor.Scalar(value, kind == Kind.Count ? DType.Int64 : DType.Float64, Device.Cpu));
        }

        return state;
    }

    internal static void Load(Optimizer optimizer, IReadOnlyDictionary<string, Tensor> state)
    {
        Dictionary<(UpdateRun, int), Tensor> shared = [];
        List<(string Name, Tensor Value)> tensors = [.. Tensors(optimizer, shared)];
        Check(optimizer, state, tensors, [.. Numbers(optimizer)]);
        SavedState.Copy([.. tensors.Select(tensor => (tensor.Value, state[tensor.Name]))]);
        foreach (((UpdateRun run, int slot), Tensor whole) in shared)
        {
            run.TakePart(slot, whole);
        }

        for (int i = 0; i < optimizer.Groups.Count; i++)
        {
            ParameterGroup group = optimizer.Groups[i];
            group.StepCount = (long)state[$"group.{i}.{Step}"].Item();
            group.SetBaseRate(state[$"group.{i}.{BaseRate}"].Item());
            group.SetRate(state[$"group.{i}.{Rate}"].Item());
            if (i > 0)
            {
                group.RateRatio = state[$"group.{i}.{Ratio}"].Item();
            }

            foreach (string name in group.Numbers.Keys.ToArray())
            {
                group.Numbers[name] = state[$"group.{i}.{name}"].Item();
            }
        }

        optimizer.Gate.Skipped = (long)state[Skipped].Item();
        optimizer.FollowSchedule();
    }

    private static void Check(
        Optimizer optimizer, IReadOnlyDictionary<string, Tensor> state, List<(string Name, Tensor Value)> tensors,
        List<(string Name, double Value, Kind Kind)> numbers)
    {
        List<string> faults = SavedState.Faults(
            [.. tensors.Select(static tensor => (tensor.Name, (Shape?)tensor.Value.Shape)), .. numbers.Select(static number => (number.Name, (Shape?)null))],
            state);
        foreach ((string name, double _, Kind kind) in numbers)
        {
            if (state.TryGetValue(name, out Tensor? number) && SavedState.Fault(name, null, number) is null
                && number.Item() is var value && !IsPossible(optimizer, name, kind, value))
            {
                faults.Add($"{name} is {value}");
            }
        }

        if (faults.Count > 0)
        {
            throw new ArgumentException(
                $"{optimizer.GetType().Name}.LoadState: the state is of another rule or model: {string.Join("; ", faults.Take(10))}"
                + (faults.Count > 10 ? $"; and {faults.Count - 10} more." : "."),
                nameof(state));
        }
    }

    private static bool IsPossible(Optimizer optimizer, string name, Kind kind, double value) => kind switch
    {
        Kind.Count => SavedState.IsCount(value),
        Kind.Rate => value >= 0 && double.IsFinite(value),
        // A group may have no proportion to the first.
        Kind.Ratio => double.IsNaN(value) || (value >= 0 && double.IsFinite(value)),
        _ => optimizer.IsPossibleNumber(name[(name.LastIndexOf('.') + 1)..], value),
    };

    private static IEnumerable<(string Name, Tensor Value)> Tensors(Optimizer optimizer, Dictionary<(UpdateRun, int), Tensor> shared)
    {
        int index = 0;
        foreach (ParameterGroup group in optimizer.Groups)
        {
            IReadOnlyList<string> names = optimizer.StateNames(group);
            foreach (Parameter parameter in group.Parameters)
            {
                UpdateRun run = group.RunList.Find(run => run.Run.Members.Contains(parameter))!;
                for (int slot = 0; slot < run.State.Length; slot++)
                {
                    // Of a state that others have parts of, the whole is put together once for all parameters.
                    Tensor flat = run.State[slot];
                    if (run.IsSharded && !shared.TryGetValue((run, slot), out flat!))
                    {
                        shared.Add((run, slot), flat = run.Whole(slot));
                    }

                    yield return ($"state.{index}.{names[slot]}", run.View(flat, parameter));
                }

                index++;
            }
        }

        foreach ((string Name, Tensor Value) own in optimizer.OwnTensors())
        {
            yield return own;
        }
    }

    private static IEnumerable<(string Name, double Value, Kind Kind)> Numbers(Optimizer optimizer)
    {
        for (int i = 0; i < optimizer.Groups.Count; i++)
        {
            ParameterGroup group = optimizer.Groups[i];
            yield return ($"group.{i}.{Step}", group.StepCount, Kind.Count);
            yield return ($"group.{i}.{Rate}", group.LearningRate, Kind.Rate);
            yield return ($"group.{i}.{BaseRate}", group.BaseLearningRate, Kind.Rate);
            if (i > 0)
            {
                yield return ($"group.{i}.{Ratio}", group.RateRatio, Kind.Ratio);
            }

            foreach ((string name, double value) in group.Numbers)
            {
                yield return ($"group.{i}.{name}", value, Kind.OfRule);
            }
        }

        yield return (Skipped, optimizer.Gate.Skipped, Kind.Count);
    }

    private enum Kind
    {
        Count,
        Rate,
        Ratio,
        OfRule,
    }
}
