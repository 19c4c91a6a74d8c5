using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>The mode of training or evaluation belongs to a call, not to whoever uses the network at the same time.</summary>
public class ModeTests
{
    private const int Threads = 4;

    [Fact]
    public void Threads_predict_and_evaluate_with_a_network_in_training_mode_as_one_does()
    {
        Sequential model = Trained();
        Dataset data = Problem.Rings(20);
        float[] expected = model.Predict(data.Features).ToArray<float>();
        double loss = model.Evaluate(data)["loss"];
        Dictionary<string, float[]> before = Problem.Values(model);
        Assert.True(model.IsTraining);
        int wrong = 0;
        Run(() =>
        {
            for (int i = 0; i < 200; i++)
            {
                using TensorScope scope = Tensor.Scope();
                bool same = model.Predict(data.Features).ToArray<float>().SequenceEqual(expected) && model.Predict(data, 7).ToArray<float>().Length > 0
                    && model.Evaluate(data)["loss"] == loss;
                Interlocked.Add(ref wrong, same ? 0 : 1);
            }
        });
        Assert.Equal(0, wrong);
        Assert.Equal(before, Problem.Values(model));
        Assert.All([model, .. model], static module => Assert.True(module.IsTraining));
    }

    [Fact]
    public void A_training_does_not_see_that_others_predict_meanwhile()
    {
        Dictionary<string, float[]> alone = Fit(beside: false);
        Assert.Equal(alone, Fit(beside: true));

        static Dictionary<string, float[]> Fit(bool beside)
        {
            Sequential model = Problem.Classifier(3);
            Dataset data = Problem.Rings(64);
            using CancellationTokenSource done = new();
            int predictions = 0;
            Thread other = new(() =>
            {
                while (!done.IsCancellationRequested)
                {
                    using TensorScope scope = Tensor.Scope();
                    _ = model.Predict(data.Features);
                    _ = model.Evaluate(data);
                    Interlocked.Increment(ref predictions);
                }
            });
            if (beside)
            {
                other.Start();
                SpinWait.SpinUntil(() => Volatile.Read(ref predictions) > 0);
            }

            model.Fit(data, Problem.Adam(model), epochs: 40, batchSize: 8);
            Assert.True(model.IsTraining);
            done.Cancel();
            if (beside)
            {
                other.Join();
            }

            return Problem.Values(model);
        }
    }

    [Theory]
    [InlineData("begin")]
    [InlineData("epoch")]
    [InlineData("batch")]
    [InlineData("end")]
    public void A_callback_that_looks_at_the_network_in_evaluation_mode_changes_nothing_of_the_training(string when)
    {
        Assert.Equal(Fit(static _ => { }), Fit(static model => model.Eval()));

        Dictionary<string, float[]> Fit(Action<Module> what)
        {
            Sequential model = Problem.Classifier(3);
            model[3].Eval();
            model.Fit(
                Problem.Rings(64), Problem.Adam(model), epochs: 4, batchSize: 8, callbacks: [new At(when, what), new Recorder()]);
            Assert.Equal([true, true, true, true, false, true], new Module[] { model }.Concat(model).Select(static module => module.IsTraining));
            return Problem.Values(model);
        }
    }

    [Fact]
    public void Parts_that_a_callback_freezes_stay_frozen()
    {
        Sequential model = Problem.Classifier(3);
        BatchNorm norm = (BatchNorm)model[1];
        List<float[]> means = [];
        model.Fit(Problem.Rings(64), Problem.Adam(model), epochs: 4, batchSize: 8, callbacks:
        [
            new Recorder
            {
                AtEpoch = (context, result) =>
                {
                    means.Add(norm.RunningMean.ToArray<float>());
                    if (result.Epoch == 2)
                    {
                        norm.Eval();
                    }
                    else
                    {
                        context.Model.Eval();
                    }
                },
            },
        ]);
        Assert.NotEqual(means[0], means[1]);
        Assert.Equal(means[1], means[2]);
        Assert.Equal(means[1], means[3]);
        Assert.Equal([true, false], [model.IsTraining, norm.IsTraining]);
    }

    [Fact]
    public void A_layer_of_ones_own_sees_the_mode_of_the_call()
    {
        Spy spy = new();
        Dataset data = Problem.Line(4);
        spy.Predict(data.Features).Dispose();
        spy.Evaluate(data, new MeanSquaredErrorLoss());
        Assert.Equal([false, false], spy.Seen);
        spy.Seen.Clear();
        spy.Eval();
        spy.Fit(data, new SGD(spy.Parameters(), 0.1), new MeanSquaredErrorLoss(), batchSize: 4, validation: data);
        Assert.Equal([true, false], spy.Seen);

        // The range test and the warm-up train a network in evaluation mode, and leave it there.
        spy.Eval();
        spy.Seen.Clear();
        LearningRateFinder.Run(spy, data, static p => new SGD(p), new MeanSquaredErrorLoss(), steps: 10, batchSize: 4);
        Assert.All(spy.Seen, Assert.True);
        spy.Seen.Clear();
        Device.Cpu.Warmup(spy, data, new SGD(spy.Parameters()), new MeanSquaredErrorLoss(), batchSize: 4);
        Assert.Equal([true, false, false], spy.Seen);
        Assert.False(spy.IsTraining);
    }

    private static Sequential Trained()
    {
        Sequential model = Problem.Classifier(1);
        model.Fit(Problem.Rings(64), Problem.Adam(model), epochs: 2, batchSize: 16);
        return model;
    }

    private static void Run(ThreadStart work)
    {
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(_ => new Thread(work))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
    }

    private sealed class At(string when, Action<Module> what) : ICallback
    {
        public void OnTrainBegin(TrainingContext context) => Do("begin", context);

        public void OnEpochBegin(TrainingContext context) => Do("epoch", context);

        public void OnBatchEnd(TrainingContext context) => Do("batch", context);

        public void OnEpochEnd(TrainingContext context, EpochResult result) => Do("end", context);

        private void Do(string now, TrainingContext context)
        {
            if (now == when)
            {
                what(context.Model);
            }
        }
    }

    private sealed class Spy : Module
    {
        private readonly Parameter _weight;

        public Spy() => _weight = Add("weight", new Parameter(Tensor.Scalar(1, DType.Float64, Device.Cpu)));

        internal List<bool> Seen { get; } = [];

        public override Tensor Forward(Tensor input)
        {
            Seen.Add(IsTraining);
            return input * _weight;
        }
    }
}
