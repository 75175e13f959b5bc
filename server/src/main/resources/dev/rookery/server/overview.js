'use strict';

// All text from outside goes in as text, never as markup.
function row(cells) {
  const tr = document.createElement('tr');
  for (const cell of cells) {
    const td = document.createElement('td');
    td.textContent = cell ?? '';
    if (typeof cell === 'number') {
      td.className = 'n';
      td.textContent = cell.toLocaleString();
    }
    tr.append(td);
  }
  return tr;
}

function fill(id, rows, columns, whenEmpty) {
  const body = document.getElementById(id);
  body.replaceChildren(...rows.map(row));
  if (rows.length === 0) {
    const tr = row([whenEmpty]);
    tr.firstChild.colSpan = columns;
    tr.firstChild.className = 'empty';
    body.append(tr);
  }
}

async function json(path) {
  const answer = await fetch(path);
  if (!answer.ok && answer.status !== 503) {
    throw new Error(path + ': HTTP ' + answer.status);
  }
  return answer.json();
}

function health(state) {
  const line = document.getElementById('health');
  const word = !state.ready ? 'Not ready' : state.degraded ? 'Degraded' : 'All is well';
  line.textContent = word + (state.reasons.length ? ': ' + state.reasons.join('; ') : '.');
  line.className = state.ready && !state.degraded ? '' : 'bad';
}

async function show() {
  const [state, streams, subscriptions, letters] = await Promise.all([
    json('/health/ready'), json('/v1/streams'), json('/v1/subscriptions'), json('/v1/dead-letters')]);
  health(state);
  fill('streams', streams.map(s => [s.partition, s.events, s.bytes, s.first, s.last, s.oldest]),
    6, 'There are no streams.');
  fill('subscriptions', subscriptions.map(s => [
    s.definition.name, s.definition.patterns.join(' '), s.state, s.lagEvents, s.lagAge, s.deadLetters,
    s.partitions.map(p => p.heldUp).filter(Boolean).join('; ')]),
    7, 'Nobody has subscribed yet: try "rookery subscribe NAME \'**\'".');
  fill('letters', letters.map(d => [
    d.subscription, d.stream + '/' + d.partition + '@' + d.position, d.event ? d.event.type : '(not decoded)',
    d.reason, d.attempts, d.failures.length ? d.failures[d.failures.length - 1].error : '', d.since]),
    7, 'Nothing was given up.');
}

async function follow() {
  try {
    await show();
  } catch (e) {
    const line = document.getElementById('health');
    line.textContent = 'The server does not answer: ' + e.message;
    line.className = 'bad';
  }
  setTimeout(follow, document.hidden ? 30000 : 3000);
}

follow();
