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
        foreach ((string name, Tensor value) in Tensors(optimizer))
        {
            state.Add(name, value);
        }

        foreach ((string name, double value, bool whole) in Numbers(optimizer))
        {
            state.Add(name, Tensor.Scalar(value, whole ? DType.Int64 : DType.Float64, Device.Cpu));
        }

        return state;
    }

    internal static void Load(Optimizer optimizer, IReadOnlyDictionary<string, Tensor> state)
    {
        List<(string Name, Tensor Value)> tensors = [.. Tensors(optimizer)];
        List<string> numbers = [.. Numbers(optimizer).Select(static number => number.Name)];
        Check(optimizer, state, tensors, numbers);
        foreach ((string name, Tensor value) in tensors)
        {
            value.CopyFrom(state[name]);
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
        Optimizer optimizer, IReadOnlyDictionary<string, Tensor> state, List<(string Name, Tensor Value)> tensors, List<string> numbers)
    {
        HashSet<string> own = [.. tensors.Select(static tensor => tensor.Name), .. numbers];
        List<string> faults =
        [
            .. own.Where(name => !state.ContainsKey(name)).Select(static name => $"{name} is missing"),
            .. state.Keys.Where(name => !own.Contains(name)).Select(static name => $"{name} is unknown"),
            .. tensors.Where(tensor => state.TryGetValue(tensor.Name, out Tensor? value) && value.Shape != tensor.Value.Shape)
                .Select(tensor => $"{tensor.Name} is {tensor.Value.Shape} here and {state[tensor.Name].Shape} there"),
        ];
        foreach (string name in numbers.Where(state.ContainsKey))
        {
            if (state[name].Count != 1)
            {
                faults.Add($"{name} has the shape {state[name].Shape}, not one number");
            }
            else if (state[name].Item() is var value && !IsPossible(name, value))
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

    // A rule's own numbers may be anything but NaN; a group may have no proportion to the first.
    private static bool IsPossible(string name, double value)
    {
        bool ratio = name.EndsWith(Ratio, StringComparison.Ordinal);
        bool own = !ratio && !name.EndsWith(Step, StringComparison.Ordinal) && !name.EndsWith(Rate, StringComparison.Ordinal) && name != Skipped;
        return double.IsNaN(value) ? ratio : own || (value >= 0 && double.IsFinite(value));
    }

    private static IEnumerable<(string Name, Tensor Value)> Tensors(Optimizer optimizer)
    {
        int index = 0;
        foreach (ParameterGroup group in optimizer.Groups)
        {
            IReadOnlyList<string> names = optimizer.StateNames(group);
            foreach (Parameter parameter in group.Parameters)
            {
                UpdateRun run = group.Runs.Find(run => run.Run.Members.Contains(parameter))!;
                for (int slot = 0; slot < run.State.Length; slot++)
                {
                    yield return ($"state.{index}.{names[slot]}", run.View(run.State[slot], parameter));
                }

                index++;
            }
        }

        foreach ((string Name, Tensor Value) own in optimizer.OwnTensors())
        {
            yield return own;
        }
    }

    private static IEnumerable<(string Name, double Value, bool Whole)> Numbers(Optimizer optimizer)
    {
        for (int i = 0; i < optimizer.Groups.Count; i++)
        {
            ParameterGroup group = optimizer.Groups[i];
            yield return ($"group.{i}.{Step}", group.StepCount, true);
            yield return ($"group.{i}.{Rate}", group.LearningRate, false);
            yield return ($"group.{i}.{BaseRate}", group.BaseLearningRate, false);
            if (i > 0)
            {
                yield return ($"group.{i}.{Ratio}", group.RateRatio, false);
            }

            foreach ((string name, double value) in group.Numbers)
            {
                yield return ($"group.{i}.{name}", value, false);
            }
        }

        yield return (Skipped, optimizer.Gate.Skipped, true);
    }
}
